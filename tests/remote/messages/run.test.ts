import { join } from "node:path";
import { Readable } from "node:stream";
import type { RemoteError } from "../../../remote/errors";
import { localTransport } from "../../../remote/local";
import { machineOver } from "../../../remote/machine";
import { machine } from "../../../remote/pool";
import { openSession } from "../../../remote/session";
import type { Transport } from "../../../remote/transport";
import { deadline, failing, failure, script } from "../servers";
import { rows } from "./rows";

const { check, at, serve, folder } = rows();

describe("when a script is to run", () => {
  const long = script("sleep 100");
  const ops = { user: "ops" };
  const refusing = (words: string) => ({ sudo: `echo '${words}' >&2; exit 1` });
  const free =
    'let ops use sudo without a password ("ops ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d), or log in as root.';
  const over = (more: Partial<Transport>) => machineOver({ ...localTransport(), ...more }, "s1");
  const cancelled = (when: (work: Promise<RemoteError>, cancel: () => void) => Promise<void>) => async () => {
    const controller = new AbortController();
    const { target } = await serve();
    const s1 = machine("s1", target);
    const text = `: >'${folder}/begun'; sleep 100`;
    const work = failing(s1.run(script(text), { deadline, signal: controller.signal }));
    await when(work, () => controller.abort());
    return work;
  };
  check([
    [
      "sudo wants a password, and none is given",
      at(refusing("sudo: a password is required"), ops),
      's1: "probe" did not start: sudo refused ops on HOST: sudo: a password is required.\n' +
        `Give sudoPassword, ${free}`,
    ],
    [
      "sudo does not take the password",
      at(refusing("sudo: 1 incorrect password attempt"), { ...ops, sudoPassword: "hunter22" }),
      's1: "probe" did not start: sudo on HOST did not take the sudoPassword of ops: sudo: 1 incorrect password attempt.\n' +
        `Correct sudoPassword (for sudo it is ops's own, unless the sudoers there say otherwise), or ${free}`,
    ],
    [
      "sudo takes the password and refuses",
      at(refusing("sudo: no"), { ...ops, sudoPassword: "hunter22" }),
      's1: "probe" did not start: sudo refused ops on HOST: sudo: no.\nAllow ops to use sudo there, or log in as root.',
    ],
    [
      "sudo wants a terminal",
      at(refusing("sudo: sorry, you must have a tty to run sudo"), ops),
      's1: "probe" did not start: sudo on HOST wants a terminal (requiretty), and a script has none: ' +
        "sudo: sorry, you must have a tty to run sudo.\n" +
        'Take requiretty out of the sudoers there ("Defaults:ops !requiretty"), or log in as root.',
    ],
    [
      "the login's shell goes another way",
      at({ greeting: "This account is closed.'; exit 1; echo '" }),
      's1: "probe" did not start as root on HOST: This account is closed.\n' +
        "Check that `/bin/sh -s` works for root there, then run this again.",
    ],
    [
      "the machine opens no session",
      at({ maxSessions: 0 }),
      "s1: HOST let nothing run on its connection: it gives no reason.\n" +
        "Check MaxSessions in its sshd_config, and that the user may run commands.",
    ],
    [
      "the connection is no more",
      () => {
        const exec = () => {
          throw new Error("Not connected");
        };
        const connection = { client: { exec }, address: "m1", cause: () => "read ECONNRESET" };
        const start: Transport["start"] = (_, signal) =>
          openSession(connection as unknown as Parameters<typeof openSession>[0], ":", signal);
        return failing(over({ start }).run(script(":"), { deadline }));
      },
      "s1: the connection to m1 was lost: read ECONNRESET.\nCheck that the machine is up, then run this again.",
    ],
    [
      "there is no shell on this machine",
      () => {
        const start: Transport["start"] = (_, signal, clock) =>
          localTransport().start(["/no/sh"], signal, clock);
        return failing(over({ start }).run(script(":"), { deadline }));
      },
      "s1: /no/sh could not be started on this machine: spawn /no/sh ENOENT.\nCheck that this file exists and may be run.",
    ],
    [
      "there is no sudo on this machine",
      async () => {
        const path = process.env.PATH;
        process.env.PATH = folder;
        try {
          return await failing(over({ user: "ops" }).run(script(":"), { deadline }));
        } finally {
          process.env.PATH = path;
        }
      },
      "s1: sudo could not be started on this machine: spawn sudo ENOENT.\nInstall sudo, or run this as root.",
    ],
    [
      "there is no time left for it",
      async () => {
        const { server, target } = await serve();
        const busy = Array.from({ length: 8 }, () => failing(machine("s1", target).run(long, { deadline })));
        while (server.commands.length < busy.length) await new Promise(setImmediate);
        return failure(target, 200);
      },
      's1: "probe" could not start within 0.2 s.\nCheck that the machine is up and not overloaded, then run this again.',
    ],
    [
      "it takes too long",
      async () => failure((await serve()).target, 500, "echo waiting for etcd; sleep 100"),
      's1: "probe" did not finish within 0.5 s and was ended: waiting for etcd.\n' +
        "See on the machine what it waits for, then run this again.",
    ],
    [
      "it is cancelled before",
      cancelled(async (_, cancel) => cancel()),
      's1: "probe" was cancelled before it ran.\nRun this again to complete what is missing.',
    ],
    [
      "it is cancelled while it runs",
      cancelled(async (_, cancel) => {
        const here = machine("here", { transport: "local" });
        const begun = `until [ -e '${folder}/begun' ]; do sleep 0.01; done; rm '${folder}/begun'`;
        await here.run(script(begun), { deadline, root: false });
        cancel();
      }),
      's1: "probe" was cancelled while it ran, and ended.\nRun this again to complete what is missing.',
    ],
    [
      "it fails",
      at({}, {}, "echo 'no room' >&2; exit 3"),
      's1: "probe" failed with exit code 3: no room.\nCorrect the cause on s1, then run this again.',
    ],
    [
      "a signal ends it",
      at({}, {}, "echo working; kill -KILL $$"),
      's1: "probe" was ended by the signal SIGKILL: working.\n' +
        "Find out what ended it on HOST (the kernel, when memory ran out?), then run this again.",
    ],
    [
      "the connection is cut",
      async () => {
        const { server, target } = await serve();
        const s1 = machine("s1", target);
        await s1.run(script(":"), { deadline });
        setTimeout(() => server.cut(), 300);
        return failing(s1.run(script("sleep 100"), { deadline }));
      },
      's1: the connection to HOST was lost while "probe" ran: it was closed.\n' +
        "It may have done a part or all of its work: check that the machine is up, then run this again.",
    ],
  ]);
});

describe("when a file is to be placed", () => {
  const here = () => machine("s1", { transport: "local" });
  const options = { mode: "0600", sha256: "0".repeat(64), deadline };
  check([
    [
      "a folder is there",
      () => failing(here().writeFile(folder, "hunter22", options)),
      's1: "write FOLDER" failed with exit code 1: FOLDER is a folder.\nCorrect the cause on s1, then run this again.',
    ],
    [
      "something else arrives",
      () => failing(here().upload(Readable.from(["some"]), join(folder, "file"), options)),
      's1: "upload FOLDER/file" failed with exit code 65: what arrived for FOLDER/file (4 bytes) has the SHA-256 SUM instead of SUM.\n' +
        "Correct the cause on s1, then run this again.",
    ],
    [
      "its source cannot be read",
      () => failing(here().upload(join(folder, "missing"), join(folder, "file"), options)),
      "s1: FOLDER/missing cannot be uploaded to FOLDER/file: ENOENT: no such file or directory, open 'FOLDER/missing'.\n" +
        "Make it readable for the user who runs this; the file on the machine is as it was.",
    ],
    [
      "its source breaks off",
      () => {
        const source = new Readable({ read: () => source.destroy(new Error("the disk is gone")) });
        return failing(here().upload(source, join(folder, "file"), options));
      },
      "s1: the stream cannot be uploaded to FOLDER/file: the disk is gone.\n" +
        "Make it readable for the user who runs this; the file on the machine is as it was.",
    ],
  ]);
});

describe("the mistake of a program is told without a machine", () => {
  const here = machine("here", { transport: "local" });
  const options = { mode: "0600", sha256: "0".repeat(64), deadline };
  test.each<[() => Promise<unknown>, string]>([
    [() => here.writeFile("etc/file", "", options), "etc/file is no absolute path: begin it with a slash."],
    [() => here.writeFile("/file", "", { ...options, mode: "rw" }), 'rw is no file mode: give it as "0600".'],
    [
      () => here.upload(Readable.from([""]), "/file", { ...options, sha256: "abc" }),
      "abc is no SHA-256: give it as 64 hexadecimal digits.",
    ],
    [
      () => here.run(script(":"), { deadline, variables: { A: "\0" } }),
      "A shell cannot hold a NUL character: remove it from the value.",
    ],
    [
      () => here.run(script(":"), { deadline, variables: { "A B": "" } }),
      '"A B" is no name for a script\'s variable: use A-Z, 0-9 and _.',
    ],
    [() => here.hostKey(), "This machine has no host key: nothing connects to it."],
  ])("%#", async (work, message) => {
    await expect(work()).rejects.toThrow(new TypeError(message));
  });
});
