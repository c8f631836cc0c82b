/** Keys of k3s that a cluster is made with and keeps: their field in the manifest. */
export const constants: Readonly<Record<string, string>> = {
  "cluster-cidr": "network.clusterCidr",
  "service-cidr": "network.serviceCidr",
  "cluster-dns": "network.clusterDns",
  "cluster-domain": "config.cluster-domain",
  "secrets-encryption": "config.secrets-encryption",
};
