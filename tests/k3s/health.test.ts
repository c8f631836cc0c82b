import { parse } from "yaml";
import { configFile, type NodeConfig } from "../../k3s/config";
import { authenticationFile, publicRole } from "../../k3s/health";

const server: NodeConfig = { role: "server", name: "s1" };

function argumentsOf(node: Partial<NodeConfig>) {
  const config = parse(configFile({ ...server, ...node })) as Record<string, unknown>;
  return [config["kube-apiserver-arg"], config["kube-apiserver-arg+"]];
}

const timeouts = ["etcd-healthcheck-timeout=750ms", "etcd-readycheck-timeout=750ms"];
const file = "authentication-config=/etc/rancher/k3s/authentication.yaml";

test("a server that nobody asks has no arguments for it", () => {
  expect(argumentsOf({})).toEqual([undefined, undefined]);
});

test("a server opens its health, and tells what became of etcd in time", () => {
  expect(argumentsOf({ healthCheck: "anonymous-health" })).toEqual([[file, ...timeouts], undefined]);
  expect(argumentsOf({ healthCheck: "anonymous-auth" })).toEqual([
    ["anonymous-auth=true", ...timeouts],
    undefined,
  ]);
});

test("arguments of the user's stay, and win", () => {
  const extra = { "kube-apiserver-arg": ["v=2", "etcd-readycheck-timeout=5s"] };
  expect(argumentsOf({ healthCheck: "anonymous-health", extra })).toEqual([
    ["v=2", "etcd-readycheck-timeout=5s", file, timeouts[0]],
    undefined,
  ]);
  const own = { "kube-apiserver-arg": "authentication-config=/etc/own.yaml" };
  expect(argumentsOf({ healthCheck: "anonymous-health", extra: own })).toEqual([
    ["authentication-config=/etc/own.yaml", ...timeouts],
    undefined,
  ]);
});

test("a list that is added to comes before what is added", () => {
  const extra = { "kube-apiserver-arg+": ["v=2"] };
  const text = configFile({ ...server, healthCheck: "anonymous-auth", extra });
  expect(text.indexOf("kube-apiserver-arg:")).toBeLessThan(text.indexOf("kube-apiserver-arg+:"));
  expect(argumentsOf({ healthCheck: "anonymous-auth", extra })[1]).toEqual(["v=2"]);
});

test("a database of the user's has the time that it had", () => {
  const datastore = { kind: "external" as const, endpoint: "https://db:2379" };
  expect(argumentsOf({ healthCheck: "anonymous-health", datastore })).toEqual([[file], undefined]);
});

test("strangers may ask for health, and for nothing else", () => {
  expect(parse(authenticationFile)).toEqual({
    apiVersion: "apiserver.config.k8s.io/v1beta1",
    kind: "AuthenticationConfiguration",
    anonymous: {
      enabled: true,
      conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
    },
  });
  expect(parse(publicRole)).toMatchObject({
    metadata: {
      name: "system:public-info-viewer",
      annotations: { "rbac.authorization.kubernetes.io/autoupdate": "false" },
    },
    rules: [{ nonResourceURLs: ["/healthz", "/livez", "/readyz"], verbs: ["get"] }],
  });
});
