import { spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../../../../lab/folders";
import { scratchFolder, stub } from "../scratch";

const folder = scratchFolder();
const subnet = `FLANNEL_NETWORK=10.42.0.0/16
FLANNEL_SUBNET=10.42.1.1/24
FLANNEL_MTU=1450
FLANNEL_IPMASQ=true
`;
const asked = { cniVersion: "1.0.0", delegate: { isDefaultGateway: true }, name: "cbr0", type: "flannel" };

/** Runs the plugin beside a bridge that prints its command and its input, and ends with 3. */
function flannel(command: string, { env = subnet as string | null, config = asked as object } = {}) {
  copyFileSync(inRepository("lab", "tools", "k3s", "flannel.sh"), join(folder(), "flannel"));
  stub(join(folder(), "bridge"), `printf '%s ' "$CNI_COMMAND"; cat; exit 3`);
  const file = join(folder(), "subnet.env");
  if (env) writeFileSync(file, env);
  return spawnSync("dash", [join(folder(), "flannel")], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, CNI_COMMAND: command, FLANNEL_SUBNET_ENV: file },
    input: JSON.stringify(config),
  });
}

function bridgeInput(stdout: string) {
  const [command, ...rest] = stdout.split(" ");
  return { command, config: JSON.parse(rest.join(" ")) };
}

test("ADD asks the bridge for what k3s wants of flannel, and answers as the bridge does", () => {
  const { status, stdout } = flannel("ADD");
  expect(status).toBe(3);
  expect(bridgeInput(stdout)).toEqual({
    command: "ADD",
    config: {
      cniVersion: "1.0.0",
      name: "cbr0",
      type: "bridge",
      bridge: "cni0",
      mtu: 1450,
      ipMasq: false,
      isGateway: true,
      isDefaultGateway: true,
      hairpinMode: true,
      forceAddress: true,
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: "10.42.1.0/24" }]],
        routes: [{ dst: "10.42.0.0/16" }],
      },
    },
  });
});

test("DEL asks for the same, whatever the results of other plugins are called", () => {
  const prevResult = { cniVersion: "0.4.0", interfaces: [{ name: "cni0" }, { name: "eth0" }] };
  const { stdout } = flannel("DEL", { config: { ...asked, prevResult, type: "flannel" } });
  const { command, config } = bridgeInput(stdout);
  expect(command).toBe("DEL");
  expect(config).toMatchObject({ name: "cbr0", cniVersion: "1.0.0", type: "bridge" });
});

test.each([
  ["10.42.0.1/24", "10.42.0.0/24"],
  ["10.42.7.129/25", "10.42.7.128/25"],
])("the subnet %s is handed on as %s", (written, network) => {
  const { stdout } = flannel("ADD", { env: subnet.replace("10.42.1.1/24", written) });
  expect(bridgeInput(stdout).config.ipam.ranges).toEqual([[{ subnet: network }]]);
});

test("the bridge masquerades when flannel does not", () => {
  const { stdout } = flannel("ADD", { env: subnet.replace("IPMASQ=true", "IPMASQ=false") });
  expect(bridgeInput(stdout).config.ipMasq).toBe(true);
});

test("ADD before flannel runs is an error in CNI's form, to be tried again", () => {
  const { status, stdout } = flannel("ADD", { env: null });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 11, msg: expect.stringContaining("is it running?") });
});

test("DEL before flannel runs has nothing to do", () => {
  expect(flannel("DEL", { env: null })).toMatchObject({ status: 0, stdout: "" });
});

test("CHECK finds nothing wrong", () => {
  expect(flannel("CHECK")).toMatchObject({ status: 0, stdout: "" });
});

test("VERSION is answered by the bridge", () => {
  expect(flannel("VERSION")).toMatchObject({ status: 3, stdout: expect.stringMatching(/^VERSION /) });
});

test("another command is an error in CNI's form", () => {
  const { status, stdout } = flannel("GC");
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 4 });
});
