import { sharedSettings, taintSettings } from "../../k3s/settings";
import { checkManifest } from "../../manifest/parse";

const manifest = (more: object = {}) =>
  checkManifest(
    { name: "dev", version: "v1.33.3+k3s1", servers: [{ name: "s1", host: "10.0.0.1" }], ...more },
    "test",
  );

test("servers are told the network, agents nothing of it", () => {
  const network = { clusterCidr: "10.60.0.0/16", serviceCidr: "10.61.0.0/16", flannelBackend: "host-gw" };
  expect(sharedSettings("server", manifest({ network }))).toEqual({
    "cluster-cidr": "10.60.0.0/16",
    "service-cidr": "10.61.0.0/16",
    "flannel-backend": "host-gw",
  });
  expect(sharedSettings("agent", manifest({ network }))).toEqual({});
});

test("both families are one key with a comma, and the mask is that of IPv4", () => {
  const network = {
    clusterCidr: ["10.60.0.0/16", "fd00:60::/48"],
    serviceCidr: ["10.61.0.0/16", "fd00:61::/112"],
    nodeCidrMaskSize: 25,
  };
  expect(sharedSettings("server", manifest({ network }))).toMatchObject({
    "cluster-cidr": "10.60.0.0/16,fd00:60::/48",
    "service-cidr": "10.61.0.0/16,fd00:61::/112",
    "kube-controller-manager-arg": ["node-cidr-mask-size-ipv4=25"],
  });
});

test("arguments of the kubelet are every node's, those of the API server are the servers'", () => {
  const parts = manifest({ kubelet: { args: ["max-pods=250"] }, apiserver: { args: ["v=2"] } });
  expect(sharedSettings("agent", parts)).toEqual({ "kubelet-arg": ["max-pods=250"] });
  expect(sharedSettings("server", parts)).toMatchObject({
    "kubelet-arg": ["max-pods=250"],
    "kube-apiserver-arg": ["v=2"],
  });
});

test("taints are written as k3s reads them", () => {
  const taints = [
    { key: "dedicated", value: "gpu", effect: "NoSchedule" as const },
    { key: "spot", value: "", effect: "NoExecute" as const },
  ];
  expect(taintSettings(taints)).toEqual({ "node-taint": ["dedicated=gpu:NoSchedule", "spot:NoExecute"] });
  expect(taintSettings([])).toEqual({});
});
