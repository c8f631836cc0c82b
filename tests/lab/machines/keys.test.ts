import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { hostKey, hostKeyTypes, knownHosts, writeKnownHosts } from "../../../lab/machines/keys";
import type { Lab } from "../../../lab/machines/model";
import { scratchFolder } from "../tools/scratch";

const folder = scratchFolder();
const stateHome = process.env.XDG_STATE_HOME;
beforeEach(() => {
  process.env.XDG_STATE_HOME = folder();
});
afterEach(() => {
  if (stateHome === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = stateHome;
});

const lab: Lab = {
  name: "x",
  prefix: "172.30.7.",
  machines: [
    { name: "s1", role: "server", address: "172.30.7.11" },
    { name: "mirror", role: "mirror", address: "172.30.7.2" },
  ],
};

test("all keys of a machine are known hosts, so that none of them is a stranger's", () => {
  for (const type of hostKeyTypes) {
    const file = hostKey(lab.name, "s1", type);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    writeFileSync(`${file}.pub`, `${type} AAAA s1\n`);
  }
  writeKnownHosts(lab);
  expect(readFileSync(knownHosts(lab.name), "utf8")).toBe(
    "172.30.7.11 ecdsa AAAA\n172.30.7.11 ed25519 AAAA\n",
  );
});

test("the image's sshd shows each of them", () => {
  const provision = readFileSync("lab/image/provision.sh", "utf8");
  for (const type of hostKeyTypes) expect(provision).toContain(`HostKey /etc/ssh/ssh_host_${type}_key\n`);
});
