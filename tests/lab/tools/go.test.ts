import { CommandError } from "../../../lab/command";
import { buildArguments, goEnvironment, goProblem, linked, reasonNoGo } from "../../../lab/tools/go";
import { scratchFolder, stub } from "./scratch";

const folder = scratchFolder();
const path = process.env.PATH;

afterEach(() => {
  process.env.PATH = path;
});

test("a build takes only what is pinned, and gives the same bytes in every folder", () => {
  expect(
    buildArguments({
      module: "/m",
      packagePath: "./cmd/server",
      output: "/out/server",
      tags: ["ctrd", "seccomp"],
      linkerFlags: [linked("a/version.Version", "v1")],
    }),
  ).toEqual([
    ...["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", "ctrd seccomp"],
    ...["-ldflags", "-s -w -X a/version.Version=v1", "-o", "/out/server", "./cmd/server"],
  ]);
});

test("what the user has set for Go's builds does not reach them", () => {
  expect(goEnvironment()).toMatchObject({
    GOFLAGS: "",
    GOWORK: "off",
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
  });
  expect(goEnvironment(true).CGO_ENABLED).toBe("1");
});

test.each([
  ["go1.26.8", undefined],
  ["go1.25.11", undefined],
  ["go1.25.9", "go1.25.9 is too old to build it (1.25.11)"],
])("with %s on PATH, what keeps from building is: %s", async (version, reason) => {
  stub(`${folder()}/go`, `echo ${version}`);
  process.env.PATH = `${folder()}:${path}`;
  expect(await reasonNoGo("1.25.11")).toBe(reason);
});

test("without Go on PATH, that is what keeps from building", async () => {
  process.env.PATH = folder();
  expect(await reasonNoGo("1.25.11")).toBe("there is no Go (1.25.11 or newer) on PATH to build it");
});

test.each([
  [
    "verifying github.com/a/b@v1.0.0: checksum mismatch\n\tdownloaded: h1:x",
    "The module is not the pinned one",
  ],
  [
    "github.com/a/b: dial tcp: lookup modules.example: no such host",
    "Check that Go reaches its module proxy",
  ],
  ["write /tmp/x: no space left on device", "Free some disk space"],
  ['cgo: C compiler "gcc" not found: exec: "gcc": not found', "Install a C compiler"],
  ["./main.go:1: syntax error", "Run this again"],
])("when go says %j, the next step begins with: %s", (stderr, next) => {
  const problem = goProblem(new CommandError("go build", { code: 1, stdout: "", stderr }));
  expect(problem.next).toContain(next);
  expect(problem.what).toContain(stderr.split("\n")[0]);
});
