import { machine, onMachine } from "../../e2e/labs";
import { busy, byScript, dropping, whileBroken } from "../breaks";
import { accepted, fails, refused } from "../fails";
import { entries, type LabField, write } from "../field";
import { forwardProxy } from "../proxy";
import { expectNotBegun } from "../traces";

const within = 60;

export async function busyPorts(field: LabField): Promise<void> {
  const { lab } = field;
  const told = (where: string, port: number) => ({
    where,
    cause: new RegExp(`^ports: something listens on port ${port} by socat`),
    next: /^Stop it/,
  });
  await refused(field, {
    manifest: { servers: entries(field, "s1", "x1", "x2"), agents: entries(field, "x3") },
    broken: [busy(lab, "x1", 6443), busy(lab, "x2", 2380), busy(lab, "x3", 10250)],
    told: [told("x1", 6443), told("x2", 2380), told("x3", 10250)],
    within,
  });
}

export async function virtualAddresses(field: LabField): Promise<void> {
  const own = (name: string) => machine(field.lab, name).address;
  const servers = entries(field, "s1", "x1", "x2");
  for (const [address, cause] of [
    ["10.99.0.1", /vip-address: 10\.99\.0\.1 is in no network of/],
    [own("x1"), new RegExp(`${own("x1")}/24" is also servers\\[1\\].host`)],
    [own("x3"), new RegExp(`vip-answers: finds somebody at ${own("x3")} `)],
  ] as const)
    await refused(field, {
      manifest: { servers, endpoint: { vip: `${address}/24` } },
      told: [{ where: /x1|^endpoint/, cause, next: /\S/ }],
      within,
    });
}

/** Nobody remembers what was refused: the manifest of before changes nothing. A component is a name, and no more. */
export async function nothingRemembered(field: LabField): Promise<void> {
  const changes = (await accepted(field, {})).match(/^ *[-+~]+ +\S+:\S+ .*$/gm) ?? [];
  expect(changes.filter((line) => !line.includes("k3s:index:"))).toEqual([]);
}

export async function firewalls(field: LabField): Promise<void> {
  const { lab } = field;
  await refused(field, {
    manifest: { servers: entries(field, "s1", "x1", "x2"), agents: entries(field, "x3") },
    broken: [
      dropping(lab, "x2", "INPUT", "-p tcp --dport 2380"),
      dropping(lab, "x3", "OUTPUT", "-p tcp --dport 6443"),
    ],
    told: [
      { where: "x1", cause: /^peer-blocked: does not reach x2:2380 \(no answer\)/, next: /firewalls/ },
      { where: "x3", cause: /^peer-blocked: does not reach .*x1:6443.*x2:6443/, next: /firewalls/ },
    ],
    within,
  });
}

/** The servers there may be down, so that a preview only warns; the machine itself then asks in vain. */
export async function cutOffJoiner(field: LabField): Promise<void> {
  await fails(field, {
    manifest: { agents: entries(field, "x3") },
    broken: [dropping(field.lab, "x3", "OUTPUT", "-p tcp --dport 6443")],
    told: [{ where: "x3", cause: /^asking the cluster .*does not answer/, next: /port 6443 is open/ }],
    within: 60,
    untouched: ["s1", "x1", "x2"],
  });
  await expectNotBegun(field.lab, "x3");
}

/** Without its proxy a machine reaches no mirror; with it, downloads and k3s itself go through, and the cluster does not. */
export async function behindProxy(field: LabField): Promise<void> {
  const { lab, stack } = field;
  const mirror = new URL(lab.mirror ?? "").hostname;
  const closed = ["s1", "x1"].map((name) => dropping(lab, name, "OUTPUT", `-p tcp -d ${mirror} --dport 80`));
  const agents = entries(field, "x1");
  const told = { where: "s1, x1", cause: /^mirror: gets no answer in time/, next: /firewalls/ };
  await refused(field, { manifest: { agents }, broken: closed, told: [told], within });
  const proxy = await forwardProxy(lab);
  const address = proxy.address.replace("//", "//lab:not-to-be-said@");
  try {
    await whileBroken(closed, async () => {
      write(field, { agents, proxy: { http: address, https: address, noProxy: ["registry.lab.example"] } });
      expect(await stack.pulumi(["up", "--yes"])).not.toContain("not-to-be-said");
    });
  } finally {
    await proxy.close();
  }
  for (const [name, unit] of Object.entries({ s1: "k3s", x1: "k3s-agent" })) {
    const file = `/etc/systemd/system/${unit}.service.env`;
    expect(await onMachine(lab, name, `stat -c %a ${file}`)).toBe("600");
    expect(await onMachine(lab, name, `cat ${file}`)).toMatch(/^HTTP_PROXY=.*\nHTTPS_PROXY=.*\nNO_PROXY=/m);
    // k3s adds the cluster's own blocks for what it starts.
    const around = await onMachine(lab, name, "tr '\\0' '\\n' </proc/$(pgrep -xo containerd)/environ");
    const direct = /^NO_PROXY=(.*)$/m.exec(around)?.[1]?.split(",");
    const nodes = ["s1", "x1"].map((each) => machine(lab, each).address);
    const all = ["10.42.0.0/16", "10.43.0.0/16", "registry.lab.example", ...nodes];
    expect({ name, direct }).toEqual({ name, direct: expect.arrayContaining(all) });
  }
  expect(new Set(proxy.asked)).toContain(mirror);
  expect(
    proxy.asked.filter((host) => host !== mirror && /^(10\.4[23]\.|127\.|172\.30\.)/.test(host)),
  ).toEqual([]);
}

/** A name that the machine's resolver does not give an address of. */
export async function withoutNames(field: LabField): Promise<void> {
  const nobody = byScript(
    field.lab,
    "x1",
    "cp /etc/resolv.conf /run/resolv.conf; echo nameserver 127.0.0.1 >/etc/resolv.conf",
    "cat /run/resolv.conf >/etc/resolv.conf; rm /run/resolv.conf",
  );
  await refused(field, {
    manifest: { agents: entries(field, "x1"), artifacts: { mirror: "http://mirror.lab.example" } },
    broken: [nobody],
    told: [
      {
        where: /x1/,
        cause: /^mirror: does not resolve the host of http:\/\/mirror\.lab\.example/,
        next: /resolv\.conf/,
      },
    ],
    within,
  });
}
