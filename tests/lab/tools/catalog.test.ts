import { readFileSync } from "node:fs";
import { inRepository } from "../../../lab/folders";
import { type K3sName, k3s, k3sRelease, pulumi, pulumiRelease } from "../../../lab/tools/catalog";
import { githubFile, installedFile, plugins, pulumiFile } from "../../../lab/tools/plugins";

test.each([
  [
    k3sRelease({ version: "v1.33.3+k3s1", arch: "x64" }),
    "https://github.com/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/k3s",
    "https://github.com/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/sha256sum-amd64.txt",
    "k3s",
  ],
  [
    k3sRelease({ version: "v1.33.3+k3s1", arch: "arm64" }),
    "https://github.com/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/k3s-arm64",
    "https://github.com/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/sha256sum-arm64.txt",
    "k3s-arm64",
  ],
  [
    pulumiRelease({ version: "3.259.0", platform: "linux", arch: "x64" }),
    "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-v3.259.0-linux-x64.tar.gz",
    "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-3.259.0-checksums.txt",
    "pulumi-v3.259.0-linux-x64.tar.gz",
  ],
  [
    pulumiRelease({ version: "3.259.0", platform: "darwin", arch: "arm64" }),
    "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-v3.259.0-darwin-arm64.tar.gz",
    "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-3.259.0-checksums.txt",
    "pulumi-v3.259.0-darwin-arm64.tar.gz",
  ],
])("a release is published at %j", (release, file, checksums, name) => {
  expect(release).toEqual({ file, checksums, name });
});

test("a plugin is looked for where Pulumi keeps it and where it is published", () => {
  const plugin = { name: "random", version: "4.21.2" };
  expect(installedFile("/home/.pulumi", plugin)).toBe(
    "/home/.pulumi/plugins/resource-random-v4.21.2/pulumi-resource-random",
  );
  expect(githubFile(plugin)).toMatch(
    /^https:\/\/github\.com\/pulumi\/pulumi-random\/releases\/download\/v4\.21\.2\/pulumi-resource-random-v4\.21\.2-\w+-\w+\.tar\.gz$/,
  );
  expect(pulumiFile(plugin)).toMatch(
    /^https:\/\/get\.pulumi\.com\/releases\/plugins\/pulumi-resource-random-v4\.21\.2-\w+-\w+\.tar\.gz$/,
  );
});

test("the plugins have the versions of the npm packages", () => {
  expect(plugins()).toEqual([
    { name: "random", version: "4.21.2" },
    { name: "command", version: "1.2.1" },
  ]);
});

describe("the pinned modules", () => {
  const text = (name: string, file: string) =>
    readFileSync(inRepository("lab", "tools", "go", name, file), "utf8");

  test.each(Object.keys(k3s) as K3sName[])("of %s are those of the catalog", (name) => {
    const pinned = `github.com/k3s-io/k3s ${k3s[name].module}`;
    expect(text(name, "go.mod")).toContain(`require ${pinned}\n`);
    expect(text(name, "go.sum")).toContain(`${pinned} h1:`);
    expect(text(name, "go.sum")).toContain(`${pinned}/go.mod h1:`);
  });

  test.each([
    ["pulumi", pulumi.version],
    ["pulumi-language-nodejs", pulumi.languageHost],
  ])("of %s have version %s of Pulumi", (name, version) => {
    expect(text(name, "go.mod")).toMatch(new RegExp(`github\\.com/pulumi/pulumi/pkg/v3 v${version}\\b`));
    expect(text(name, "go.sum")).toContain(`github.com/pulumi/pulumi/pkg/v3 v${version} h1:`);
  });

  test("of pulumi need the Go that the catalog says", () => {
    expect(text("pulumi", "go.mod")).toContain(`\ngo ${pulumi.oldestGo}\n`);
  });
});
