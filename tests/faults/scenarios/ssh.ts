import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../../../lab/command";
import { publicHostKey } from "../../../lab/machines/keys";
import { onMachine } from "../../e2e/labs";
import { byScript, dropping, hung, otherHostKey, whileBroken, withoutSsh } from "../breaks";
import { accepted, refused } from "../fails";
import { entries, entry, type LabField, type Written } from "../field";

const within = 60;

/** A host is given 30 s; they are asked side by side, and pulumi's own start comes on top. */
export async function unreachable(field: LabField): Promise<void> {
  const { lab } = field;
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2", "x3") },
    broken: [withoutSsh(lab, "x1"), hung(lab, "x2"), dropping(lab, "x3", "INPUT", "-p tcp --dport 22")],
    told: [
      { where: "x1", cause: /^connection-refused: .*refused/, next: /sshd/ },
      { where: "x2", cause: /^timed-out: /, next: /is up/ },
      { where: "x3", cause: /^timed-out: /, next: /firewalls/ },
    ],
    within: 30 + 15,
  });
}

/** Not as when the network fails; and asked once only, since some ban whoever asks again. */
export async function wrongLogin(field: LabField): Promise<void> {
  const { lab } = field;
  const identityFile = join(field.stack.folder, "another-key");
  await command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", identityFile]);
  const before = await failedLogins(lab, "x1");
  await refused(field, {
    manifest: {
      agents: [
        entry(field, "x1", { ssh: { identityFile } }),
        entry(field, "x2", { ssh: { user: "somebody" } }),
      ],
    },
    told: [
      { where: "x1", cause: /^authentication: .*did not let root in .*another-key/, next: /authorized_keys/ },
      { where: "x2", cause: /^authentication: .*did not let somebody in/, next: /^Check the user/ },
    ],
    within,
  });
  expect((await failedLogins(lab, "x1")) - before).toBe(2);
}

async function failedLogins(lab: LabField["lab"], name: string): Promise<number> {
  return Number(
    await onMachine(lab, name, "journalctl -t sshd -o cat | grep -c 'authenticating user' || true"),
  );
}

export async function otherKey(field: LabField): Promise<void> {
  const { lab } = field;
  await whileBroken([otherHostKey(lab, "x1")], async () => {
    const presented = await presentedBy(lab, "x1");
    await refused(field, {
      manifest: { agents: entries(field, "x1") },
      told: [mismatch("x1", presented, fingerprint(publicHostKey(lab.name, "x1")))],
      within,
    });
  });
}

function presentedBy(lab: LabField["lab"], name: string): Promise<string> {
  return onMachine(lab, name, "ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub | cut -d ' ' -f 2");
}

function mismatch(where: string, presented: string, expected: string) {
  const cause = new RegExp(`^host-key: .*${escaped(presented)}.* instead of ${escaped(expected)}`);
  return { where, cause, next: /^Another machine may answer.*rebuilt/ };
}

function fingerprint(publicKey: string): string {
  const [, blob = ""] = publicKey.split(" ");
  const hash = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.+/]/g, "\\$&");
}

/** Unknown keys are refused; with trustOnFirstUse the first one is kept, and from then on no other is taken. */
export async function firstUse(
  field: LabField,
  learn: (manifest: Written) => Promise<unknown>,
): Promise<void> {
  const { lab, stack } = field;
  const knownHosts = join(stack.folder, "known-nobody");
  writeFileSync(knownHosts, "");
  const known = fingerprint(publicHostKey(lab.name, "x1"));
  const agents = (more: object) => [entry(field, "x1", { ssh: { knownHosts, ...more } })];
  await refused(field, {
    manifest: { agents: agents({}) },
    told: [
      {
        where: "x1",
        cause: new RegExp(`^host-key: .*${escaped(known)}.*known-nobody knows no key of it`),
        next: /pin it.*hostKey: SHA256:.*trustOnFirstUse: true/,
      },
    ],
    within,
  });
  const trusting = { trustOnFirstUse: true };
  await learn({ agents: agents(trusting) });
  await whileBroken([otherHostKey(lab, "x1")], async () => {
    const presented = await presentedBy(lab, "x1");
    // Another user, since a machine that has not changed is not looked at again.
    const manifest = { agents: agents({ ...trusting, user: "ops" }) };
    await refused(field, { manifest, told: [mismatch("x1", presented, known)], within });
  });
}

export async function sudo(field: LabField): Promise<void> {
  const { lab } = field;
  const admin = (name: string, more = {}) => entry(field, name, { ssh: { user: "admin", ...more } });
  const terminal = "/etc/sudoers.d/terminal";
  await refused(field, {
    manifest: {
      agents: [
        admin("x1"),
        admin("x2", { sudoPassword: "not-this-one" }),
        entry(field, "x3", { ssh: { user: "ops" } }),
      ],
    },
    broken: [byScript(lab, "x3", `echo 'Defaults:ops requiretty' >${terminal}`, `rm ${terminal}`)],
    told: [
      { where: "x1", cause: /^authentication: .*sudo refused admin/, next: /Give sudoPassword/ },
      {
        where: "x2",
        cause: /^authentication: .*did not take the sudoPassword/,
        next: /^Correct sudoPassword/,
      },
      { where: "x3", cause: /^authentication: .*requiretty/, next: /^Take requiretty out/ },
    ],
    within,
    unsaid: ["not-this-one"],
  });
  expect(await accepted(field, { agents: [admin("x1", { sudoPassword: "lab" })] })).toContain("x1");
}
