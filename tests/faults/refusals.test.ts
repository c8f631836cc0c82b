import { setTimeout as pause } from "node:timers/promises";
import { minutes, onMachine } from "../e2e/labs";
import { up } from "../e2e/stack";
import { etcd, etcdMembers, voters } from "./etcd";
import { entry, fieldDown, type Written } from "./field";
import { expectSettled, make, refuses, servers, starts, type Three, threeUp, tried } from "./servers";
import { tracesOn } from "./traces";

jest.setTimeout(minutes(10));

const refresh = ["refresh", "--yes", "--skip-preview"];

let three: Three;
/** What the trials have changed for good. */
let settled: Written = {};

beforeAll(async () => {
  three = await threeUp("refusals", 1, "k3s-1.33");
});

afterAll(() => fieldDown("refusals", three));

const on = (name: string, script: string) => onMachine(three.lab, name, script);
const declared = (...names: string[]) =>
  three.manifest.servers.filter(({ name }) => names.includes(String(name)));

test("F21 two of three servers less in one edit are refused with the numbers, and nothing is touched", async () => {
  await refuses(
    three,
    { servers: declared("s1") },
    /removing s2, s3 at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time/,
  );
  expect(await voters(three.lab, "s1")).toEqual([...servers]);
});

test("F22 no servers at all are refused, and what removes a cluster is said", () =>
  refuses(three, { servers: [] }, /0 servers: a cluster needs at least one; .*pulumi destroy/));

test("F41 a run without a change changes nothing, restarts nothing and writes nothing", async () => {
  const before = await written();
  expect(await tried(three, settled, ["preview"])).toEqual({ code: 0, said: unchanged });
  expect(await tried(three, settled)).toEqual({ code: 0, said: unchanged });
  expect(await written()).toEqual(before);
});

const unchanged = expect.stringMatching(
  /^(?![\s\S]*\d+ (to )?(create|update|replace|delete|changed))[\s\S]*\d+ unchanged\n/,
);

test("F27 a token that was rotated by hand is told by preview, up and refresh, and nothing is restarted", async () => {
  const token = await on("s1", "cat /var/lib/rancher/k3s/server/token");
  const password = token.replace(/^K10[0-9a-f]{64}::server:/, "");
  // Until it starts again k3s lets in who has the token that it started with.
  const rotate = (to: string) => on("s1", `k3s token rotate --token '${token}' --new-token '${to}' 2>&1`);
  await rotate("rotated-by-hand");
  const before = await tracesOn(three.lab);
  const said = [];
  try {
    for (const args of [["preview"], up, refresh]) said.push((await tried(three, settled, args)).said);
  } finally {
    await rotate(password);
  }
  for (const each of said) expect(each).toMatch(/token.*(differs|another)/i);
  for (const each of said) expect(each).not.toContain("rotated-by-hand");
  expect(await tracesOn(three.lab)).toEqual(before);
  expect(await on("s1", "cat /var/lib/rancher/k3s/server/token")).toBe(token);
  await three.stack.pulumi(refresh);
  await expectSettled(three);
});

test("F55 a learner that never started holds nobody up: who has its address joins in one run, and votes", async () => {
  const x1 = entry(three, "x1");
  const peerURLs = [`https://${x1.host}:2380`];
  await etcd(three.lab, "s1", "cluster/member/add", { peerURLs, isLearner: true });
  expect(await voters(three.lab, "s1")).toContain("nobody learns");
  const before = await starts(three, servers);
  await make(three, { ...settled, servers: [...three.manifest.servers, x1] });
  expect(await voters(three.lab, "s1")).toEqual([...servers, "x1"]);
  expect(await starts(three, servers)).toEqual(before);
  await make(three, settled);
  expect(await voters(three.lab, "s1")).toEqual([...servers]);
});

test("F59 an alarm of etcd is named and keeps everything from being changed, until it is taken back", async () => {
  const member = (await etcdMembers(three.lab, "s1")).find(({ name }) => name?.startsWith("s3-"));
  const alarm = (action: string) =>
    etcd(three.lab, "s1", "maintenance/alarm", { action, memberID: member?.ID, alarm: "NOSPACE" });
  const before = [await written(), await starts(three, servers)] as const;
  const setting = { ...settled, config: { "kube-apiserver-arg": ["request-timeout=90s"] } };
  for (const args of [["preview"], up]) {
    // Not for longer: k3s ends by itself where it cannot write for some seconds.
    await alarm("ACTIVATE");
    const { code, said } = await tried(three, setting, args).finally(() => alarm("DEACTIVATE"));
    expect([code === 0, said]).toEqual([false, expect.stringMatching(/alarm NOSPACE of s3/)]);
    await healthy();
  }
  const [texts, since] = before;
  const now = await starts(three, servers);
  const itself = servers.filter((name) => now[name]?.ended !== since[name]?.ended);
  if (itself.length > 0) console.log(`k3s has ended by itself on ${itself.join(", ")}`);
  for (const name of servers)
    if (!itself.includes(name)) expect([name, now[name]]).toEqual([name, since[name]]);
  expect(withoutKubeconfig(await written())).toEqual(withoutKubeconfig(texts));

  const [s1, ...others] = three.manifest.servers;
  await make(three, { ...settled, servers: [{ ...s1, labels: { alarm: "over" } }, ...others] });
  await make(three, settled);
  await expectSettled(three);
});

test("F57 certificates that end soon, or have ended, are told by refresh, and a turn makes them anew", async () => {
  for (const [days, words] of [
    [
      10,
      /the certificates of s2 end on \d{4}-\d\d-\d\d, in (9|10) days: give certificates\.rotate another value/,
    ],
    [-1, /the certificates of s2 ended on \d{4}-\d\d-\d\d: give certificates\.rotate another value/],
  ] as const) {
    await on("s2", certificate(days));
    const said = await three.stack.pulumi(refresh);
    expect(said).toMatch(words);
    expect(said).not.toMatch(/the certificates of s[13]/);
  }
  settled = { ...settled, certificates: { rotate: "1" } };
  await make(three, settled);
  await on("s2", `openssl x509 -noout -checkend $((300 * 86400)) -in ${tls}/client-admin.crt`);
  expect(await three.stack.pulumi(refresh)).not.toContain("the certificates of");
  await expectSettled(three);
});

const tls = "/var/lib/rancher/k3s/server/tls";

/** The administrator's on a server, by the same CA and for the same key, for other days. */
function certificate(days: number): string {
  return `cd ${tls}
echo extendedKeyUsage=clientAuth >/run/leaf.cnf
openssl req -new -key client-admin.key -subj /O=system:masters/CN=system:admin -out /run/leaf.csr
openssl x509 -req -in /run/leaf.csr -CA client-ca.crt -CAkey client-ca.key -set_serial 0x$(openssl rand -hex 8) \\
  -days ${days} -extfile /run/leaf.cnf -out /run/leaf.crt 2>/dev/null
cat /run/leaf.crt client-ca.crt >client-admin.crt
rm /run/leaf.*`;
}

/** What k3s runs on, and when that was written. */
async function written(): Promise<string[]> {
  const files = "find /etc/rancher/k3s /etc/systemd/system/k3s* -type f -printf '%p %s %T@\\n' | sort";
  return Promise.all(servers.map((name) => on(name, files)));
}

/** k3s writes that one itself when it starts. */
function withoutKubeconfig(all: string[]): string[] {
  return all.map((files) => files.replace(/^.*\/k3s\.yaml .*$/m, ""));
}

async function healthy(): Promise<void> {
  const question = "curl -s http://127.0.0.1:2381/health || true; echo; systemctl is-active k3s || true";
  const deadline = Date.now() + minutes(3);
  for (;;) {
    const answers = await Promise.all(servers.map((name) => on(name, question)));
    if (answers.every((answer) => /"health":"true"/.test(answer) && /^active$/m.test(answer))) return;
    if (Date.now() > deadline) throw new Error(`Waited 3 minutes in vain for etcd: ${answers.join("; ")}`);
    await pause(1_000);
  }
}
