import { inRepository } from "../../lab/folders";
import { knownHosts, userKey } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine, repack } from "./labs";
import { newStack, type Stack } from "./stack";
import { traces } from "./traces";

jest.setTimeout(minutes(4));

let lab: Lab;
let stack: Stack;
/** Of the machine without anything of ours, and without the package. */
let before: string;

beforeAll(async () => {
  lab = await labUp("haproxy", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  stack = await newStack(inRepository("tests", "e2e", "fixtures", "balancer"));
  await repack(lab, "a1", "haproxy");
  before = await onMachine(lab, "a1", traces);
  await give("server", {
    version: k3s["k3s-1.33"].version,
    mirror: lab.mirror,
    images: true,
    connection: connectionTo("s1"),
    token: "given-server-token",
    agentToken: "given-agent-token",
    disable: ["coredns", "local-storage", "metrics-server", "servicelb", "traefik"],
    config: { "kube-apiserver-arg": ["anonymous-auth=true"] },
    findings: { "slow-disk": "ignore" },
  });
  await balance([server()]);
});

afterAll(async () => {
  stack?.remove();
  await labDown("haproxy");
});

const undrifted = /Resources:\n +\d+ unchanged\n/;
const readyz =
  "curl -s --max-time 5 --cacert /etc/haproxy-k3s/ca.pem --resolve kubernetes:16443:127.0.0.1 https://kubernetes:16443/readyz";

test("is brought to a machine, and passes requests on to the server when up is done", async () => {
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(lab, "a1", readyz)).toBe("ok");
  const { url, statsPassword } = JSON.parse(
    await stack.pulumi(["stack", "output", "--json", "--show-secrets"]),
  );
  expect(url).toBe("https://127.0.0.1:16443");
  const page = (login: string) =>
    onMachine(
      lab,
      "a1",
      `curl -s -o /dev/null -w '%{http_code}' ${login} http://${machine(lab, "a1").address}:1936/`,
    );
  expect([await page(""), await page(`-u admin:${statsPassword}`)]).toEqual(["401", "200"]);
  // The service of the package has nothing to do with it.
  expect(
    await onMachine(lab, "a1", "systemctl is-active haproxy || true; systemctl is-enabled haproxy || true"),
  ).toBe("inactive\ndisabled");
  expect(await stack.pulumi(["preview", "--diff"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
});

test.each([
  ["gets another server", "2", () => [server(), another()]],
  ["loses a server", "0", () => [server()]],
])("%s by a reload, and neither drops nor refuses a connection", async (_, lines, servers) => {
  await onMachine(lab, "a1", busy);
  const worker = await onMachine(lab, "a1", mainProcess);
  await balance(servers());
  const said = await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(said).toContain("changing it reloads HAProxy on a1; no connection is dropped");
  expect(
    await onMachine(lab, "a1", "touch /tmp/go; while ! [ -e /tmp/done ]; do sleep 0.1; done; cat /tmp/done"),
  ).toBe("asked, 0 refused");
  expect(await onMachine(lab, "a1", "cat /tmp/open")).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(await onMachine(lab, "a1", mainProcess)).toBe(worker);
  expect(await onMachine(lab, "a1", "grep -c 'server s2' /etc/haproxy-k3s/haproxy.cfg || true")).toBe(lines);
});

test("what somebody changed is seen by refresh, and repaired by up alone", async () => {
  await onMachine(
    lab,
    "a1",
    "echo '# odd' >>/etc/haproxy-k3s/haproxy.cfg; chmod 644 /etc/haproxy-k3s/haproxy.cfg; systemctl disable --now haproxy-k3s",
  );
  const said = await stack.pulumi(["refresh", "--yes", "--diff"]);
  expect(said).toMatch(/inactive, disabled/);
  expect(said).toMatch(/haproxy\.cfg changed; .*haproxy\.cfg has mode and owner 644:root:root/);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(lab, "a1", readyz)).toBe("ok");
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(undrifted);
});

test("goes on as it was where HAProxy does not take what is new, and says why", async () => {
  await onMachine(lab, "a1", "usermod -l other haproxy");
  const running = await onMachine(lab, "a1", `${mainProcess}; sha256sum /etc/haproxy-k3s/haproxy.cfg`);
  await balance([server(), another()]);
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect([code === 0, stdout + stderr]).toEqual([
    false,
    expect.stringMatching(
      /HAProxy does not take the new configuration; what runs there goes on as it was\n +\| .*cannot find user id for 'haproxy'/,
    ),
  ]);
  expect(await onMachine(lab, "a1", `${mainProcess}; sha256sum /etc/haproxy-k3s/haproxy.cfg`)).toBe(running);
  expect(await onMachine(lab, "a1", readyz)).toBe("ok");
  await onMachine(lab, "a1", "usermod -l haproxy other");
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(lab, "a1", "grep -c 'server s2' /etc/haproxy-k3s/haproxy.cfg || true")).toBe("2");
});

test("leaves no trace when it is destroyed", async () => {
  await stack.pulumi(["destroy", "--yes"]);
  await onMachine(lab, "a1", "rm -f /tmp/go /tmp/done /tmp/open");
  expect(await onMachine(lab, "a1", traces)).toBe(before);
});

const mainProcess = "systemctl show -p MainPID --value haproxy-k3s";

/** Keeps a connection open that asks only when it is told to, and makes new ones all the while. */
const busy = `
rm -f /tmp/go /tmp/done
cat >/tmp/busy.sh <<'END'
(until [ -e /tmp/go ]; do sleep 0.1; done; printf 'GET /readyz HTTP/1.1\\r\\nHost: kubernetes\\r\\nConnection: close\\r\\n\\r\\n') |
  socat -t 5 - OPENSSL:127.0.0.1:16443,verify=0 >/tmp/open &
refused=0
until [ -e /tmp/go ]; do [ "$(${readyz})" = ok ] || refused=$((refused + 1)); done
wait
echo "asked, $refused refused" >/tmp/done
END
setsid sh /tmp/busy.sh >/dev/null 2>&1 </dev/null &
sleep 1
`;

function connectionTo(name: string) {
  return {
    host: machine(lab, name).address,
    user: "root",
    identityFile: userKey(lab.name),
    knownHosts: knownHosts(lab.name),
  };
}

function server() {
  return { name: "s1", address: machine(lab, "s1").address };
}

/** One that is not there. */
function another() {
  return { name: "s2", address: `${lab.prefix}99` };
}

async function balance(backends: object[]): Promise<void> {
  await give("balancer", { cluster: lab.name, connection: connectionTo("a1"), backends });
}

async function give(key: string, value: object): Promise<void> {
  await stack.pulumi(["config", "set", "--secret", key], { input: JSON.stringify(value) });
}
