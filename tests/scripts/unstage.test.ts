import { type StubMachine, stubMachine } from "./harness";

const data = "/var/lib/rancher/k3s";

function staged(...more: string[]): StubMachine {
  const machine = stubMachine();
  const brought = [
    "/usr/local/lib/k3s/v1.33.3+k3s1/k3s",
    "/usr/local/lib/k3s/v1.33.3+k3s1/sums",
    `${data}/data/0a/bin/k3s`,
    `${data}/agent/images/k3s-airgap-images-amd64.tar.zst`,
  ];
  for (const file of ["/usr/local/lib/other", "/var/lib/rancher/other", ...brought, ...more]) {
    machine.write(file, "");
  }
  return machine;
}

function left(machine: StubMachine): string[] {
  expect(machine.run("unstage", { VERSION: "v1.33.3+k3s1" })).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "",
  });
  return Object.keys(machine.snapshot()).sort();
}

const machineWithout = [
  "/usr",
  "/usr/local",
  "/usr/local/lib",
  "/usr/local/lib/other",
  "/var",
  "/var/lib",
  "/var/lib/rancher",
  "/var/lib/rancher/other",
];

test("everything that was staged goes, with the folders that held only that", () => {
  expect(left(staged())).toEqual(machineWithout);
});

test("a second run finds nothing to do", () => {
  const machine = staged();
  left(machine);
  expect(left(machine)).toEqual(machineWithout);
});

test("another version stays", () => {
  const names = left(staged("/usr/local/lib/k3s/v1.34.0+k3s1/k3s"));
  expect(names).toContain("/usr/local/lib/k3s/v1.34.0+k3s1/k3s");
  expect(names).not.toContain("/usr/local/lib/k3s/v1.33.3+k3s1");
});

test("images of others stay, with their folder", () => {
  const names = left(staged(`${data}/agent/images/mine.tar`));
  expect(names).toContain(`${data}/agent/images/mine.tar`);
  expect(names).not.toContain(`${data}/agent/images/k3s-airgap-images-amd64.tar.zst`);
  expect(names).not.toContain(`${data}/data`);
});

test.each([
  `${data}/server/token`,
  "/etc/systemd/system/k3s.service",
  "/etc/systemd/system/k3s-agent.service",
])("a node that shows by %s keeps what it runs on", (file) => {
  const names = left(staged(file));
  expect(names).toEqual(expect.arrayContaining([`${data}/data/0a/bin/k3s`, file]));
  expect(names).toContain(`${data}/agent/images/k3s-airgap-images-amd64.tar.zst`);
  expect(names).not.toContain("/usr/local/lib/k3s");
});
