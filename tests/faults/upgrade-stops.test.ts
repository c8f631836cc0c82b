import { kubectl } from "../../lab/machines/on-machine";
import { newer, older } from "../../lab/upgrade/cluster";
import { minutes, onMachine } from "../e2e/labs";
import { fieldDown } from "./field";
import { expectSettled, make, nodes, servers, starts, type Three, threeUp, tried } from "./servers";

jest.setTimeout(minutes(15));

const dropIn = "/etc/systemd/system/k3s.service.d/older-only.conf";

let three: Three;

beforeAll(async () => {
  three = await threeUp("upgrade-stops", 0, "k3s-1.32", "k3s-1.33");
});

afterAll(() => fieldDown("upgrade-stops", three));

const on = (name: string, script: string) => onMachine(three.lab, name, script);

test("U13 an upgrade that failed before it changed a server is taken back while etcd is ill, and nothing restarts", async () => {
  const before = await starts(three, servers);
  // Where the release is to be, so that it cannot be unpacked.
  const place = `/usr/local/lib/k3s/${newer}`;
  await on("s2", `: >${place}`);
  const { code, said } = await tried(three, { version: newer });
  expect([code === 0, said]).toEqual([false, expect.stringContaining("s2: ")]);
  await on("s2", `rm ${place}`);

  await on("s3", "systemctl stop k3s");
  await make(three, {});
  const { s3: _, ...others } = await starts(three, servers);
  expect(others).toEqual({ s1: before.s1, s2: before.s2 });
  await on("s3", "systemctl start k3s");
  await on("s1", `${kubectl} wait --for=condition=Ready node/s3 --timeout=120s`);
  expect(await nodes(three, "s1")).toEqual(servers.map((name) => `${name} Ready ${older}`));
});

test("F60 an upgrade stops at a server that does not start, those after it stay as they are, and the next run goes on", async () => {
  // Either may be the second: it is whichever asks first.
  const either = ["s2", "s3"];
  for (const name of either) await on(name, onlyWith(older));
  const before = await starts(three, servers);
  const { code, said } = await tried(three, { version: newer });
  expect([code === 0, said]).toEqual([
    false,
    expect.stringMatching(/s[23]: starting k3s: the unit ends again and again/),
  ]);
  const failed = /(s[23]): starting k3s: the unit ends/.exec(said)?.[1] ?? "";
  const last = either.find((name) => name !== failed) ?? "";
  expect(said).toMatch(
    new RegExp(`${last}: .*${failed} has failed before it, so that nothing was changed here`),
  );
  const now = await starts(three, ["s1", last]);
  expect(now.s1?.since).not.toBe(before.s1?.since);
  expect(now[last]).toEqual(before[last]);
  for (const via of ["s1", last]) {
    const rows = await nodes(three, via);
    expect(rows).toContain(`s1 Ready ${newer}`);
    expect(rows).toContain(`${last} Ready ${older}`);
  }
  await on("s1", `${kubectl} create configmap written`);

  for (const name of either) await on(name, `rm ${dropIn}; systemctl daemon-reload`);
  await make(three, { version: newer });
  expect(await nodes(three, last)).toEqual(servers.map((name) => `${name} Ready ${newer}`));
  expect(await on(last, `${kubectl} get configmap -o name`)).toContain("configmap/written");
  await expectSettled(three);
});

/** Keeps a k3s of any other version from starting. */
function onlyWith(version: string): string {
  return `mkdir -p ${dropIn.replace(/\/[^/]*$/, "")}
cat >${dropIn} <<'END'
[Service]
ExecStartPre=/bin/sh -c "/usr/local/bin/k3s --version | grep -qF ${version}"
END
systemctl daemon-reload`;
}
