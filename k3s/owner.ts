/** Where a machine says whose node it is. */
export const ownerFile = "/etc/rancher/k3s/owner";

/** Whether what that file holds is the name of a node, as "cluster/node"; it may be empty after a power cut. */
export function namesNode(owner: string): boolean {
  return /^[^\p{Cc}]+\/[^\p{Cc}]+$/u.test(owner);
}
