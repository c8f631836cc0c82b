import { parse } from "yaml";
import { kubeconfigFor } from "../../k3s/kubeconfig";

const written = `apiVersion: v1
kind: Config
clusters:
- name: default
  cluster: { certificate-authority-data: Q0E=, server: "https://127.0.0.1:6443" }
contexts:
- name: default
  context: { cluster: default, user: default }
current-context: default
users:
- name: default
  user: { client-certificate-data: Qw==, client-key-data: Sw== }
`;

test("the kubeconfig speaks to the endpoint under the cluster's name and keeps its credentials", () => {
  expect(parse(kubeconfigFor(written, "prod", "https://lb:8443"))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "prod", cluster: { "certificate-authority-data": "Q0E=", server: "https://lb:8443" } },
    ],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
    "current-context": "prod",
    users: [{ name: "prod", user: { "client-certificate-data": "Qw==", "client-key-data": "Sw==" } }],
  });
});

test("a file that is no kubeconfig is refused", () => {
  expect(() => kubeconfigFor("clusters: []\nusers: []\n", "x", "y")).toThrow("holds no cluster");
});
