/** The parts of a version such as v1.33.3+k3s1, in the order in which they count. */
function partsOf(version: string): [major: number, minor: number, patch: number, build: number] | undefined {
  const [, ...parts] = /^v(\d+)\.(\d+)\.(\d+)(?:-[a-z0-9.]+)?\+k3s(\d+)$/.exec(version) ?? [];
  const [major, minor, patch, build] = parts.map(Number);
  if (major === undefined || minor === undefined || patch === undefined || build === undefined)
    return undefined;
  return [major, minor, patch, build];
}

/** Whether a version comes before another one; of what is no version of k3s nobody can tell. */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [partsOf(version), partsOf(than)];
  return one !== undefined && other !== undefined && isBefore(one, other);
}

/** Why a node must not go from one version to the other, and what would be right; or nothing. */
export function upgradeComplaint(from: string, to: string): { cause: string; next: string } | undefined {
  const [before, after] = [partsOf(from), partsOf(to)];
  if (!before || !after || from === to) return undefined;
  if (isBefore(after, before))
    return {
      cause: `${to} is older than ${from}, which it runs, and data cannot go back`,
      next: `give ${from} or a newer version; what was before comes back by restoring a snapshot`,
    };
  const [major, minor] = before;
  if (after[0] === major && after[1] <= minor + 1) return undefined;
  return {
    cause: `${to} skips a minor release: it runs ${from}`,
    next: `go to a v${major}.${minor + 1} release first, its newest patch`,
  };
}

/** etcd before this one may bring members back that were removed, when a newer minor takes its data over. */
const safe = [3, 5, 26] as const;

/** Why members of etcd that run these versions must not go to that version of k3s, or nothing. */
export function etcdComplaint(members: readonly { node: string; version?: string }[], to: string) {
  const [major = 0, minor = 0] = partsOf(to) ?? [];
  if (major < 1 || (major === 1 && minor < 34)) return undefined;
  const old = members.filter(({ version = "" }) => isBefore(version.split(".").map(Number), safe));
  if (old.length === 0) return undefined;
  const named = old.map(({ node, version }) => `${node} ${version}`).join(", ");
  return {
    cause: `${to} takes over the data of etcd ${safe.join(".")} or newer alone, and there is ${named}`,
    next: "go to the newest patch of the minor release that the cluster runs first",
  };
}

function isBefore(version: readonly number[], limit: readonly number[]): boolean {
  if (version.length !== limit.length || version.some(Number.isNaN)) return false;
  const different = limit.findIndex((part, index) => part !== version[index]);
  return different >= 0 && (version[different] ?? 0) < (limit[different] ?? 0);
}
