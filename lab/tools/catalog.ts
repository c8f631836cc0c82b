/** Which tools there are, in which version, and where their makers publish them. */

export type K3sName = "k3s-1.33" | "k3s-1.32";
export type ToolName = "pulumi" | K3sName | "shellcheck";

/** A published file and the list that states its sha256. */
export interface Release {
  file: string;
  /** What the file is called in the list. */
  name: string;
  checksums: string;
}

export const pulumi = {
  version: "3.259.0",
  /** The newest language host that is to be had as a Go module; any of 3.x serves the CLI. */
  languageHost: "3.184.0",
  oldest: "3.200.0",
  oldestGo: "1.25.11",
};

export interface K3s {
  version: string;
  /** The commit of the version, as Go's modules name it. */
  module: string;
  /** The module of the containerd in it. */
  containerd: string;
  oldestGo: string;
}

export const k3s: Record<K3sName, K3s> = {
  "k3s-1.33": {
    version: "v1.33.3+k3s1",
    module: "v1.33.0-rc1.0.20250806161551-ff6abe8a845f",
    containerd: "github.com/containerd/containerd/v2",
    oldestGo: "1.24.4",
  },
  "k3s-1.32": {
    version: "v1.32.0+k3s1",
    module: "v1.32.0-rc1.0.20250115204516-d0ea741b138f",
    containerd: "github.com/containerd/containerd",
    oldestGo: "1.24.0",
  },
};

export const shellcheck = { oldest: "0.9" };

const github = "https://github.com";

export function pulumiRelease(
  { version, platform, arch }: { version: string; platform: string; arch: string },
  origin = github,
): Release {
  const folder = `${origin}/pulumi/pulumi/releases/download/v${version}`;
  const name = `pulumi-v${version}-${platform}-${arch === "arm64" ? "arm64" : "x64"}.tar.gz`;
  return { name, file: `${folder}/${name}`, checksums: `${folder}/pulumi-${version}-checksums.txt` };
}

export function k3sRelease({ version, arch }: { version: string; arch: string }, origin = github): Release {
  const folder = `${origin}/k3s-io/k3s/releases/download/${encodeURIComponent(version)}`;
  const [name, list] =
    arch === "arm64" ? ["k3s-arm64", "sha256sum-arm64.txt"] : ["k3s", "sha256sum-amd64.txt"];
  return { name, file: `${folder}/${name}`, checksums: `${folder}/${list}` };
}
