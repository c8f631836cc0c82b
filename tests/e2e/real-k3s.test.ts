import { setTimeout as pause } from "node:timers/promises";
import type { Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";

jest.setTimeout(minutes(5));

const version = k3s["k3s-1.33"].version;
let lab: Lab;

beforeAll(async () => {
  lab = await labUp("k3s", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  await install("s1");
  await install("a1");
  await start("s1", "server", serverConfig);
  await start("a1", "agent", `server: https://${machine(lab, "s1").address}:6443\ntoken: ground\n`);
});

afterAll(() => labDown("k3s"));

test("the mirror's k3s says the version that its folder names", async () => {
  expect(await onMachine(lab, "s1", "k3s --version")).toContain(version);
});

test("pods run on both nodes and reach each other across them", async () => {
  await kubectl("create deployment web --image=lab/web:1 --replicas=2");
  await kubectl(`patch deployment web -p '${JSON.stringify(spread)}'`);
  await kubectl("rollout status deployment/web --timeout=120s");
  const placed = (
    await kubectl(
      "get pods -l app=web --field-selector=status.phase=Running -o custom-columns=N:.metadata.name,I:.status.podIP,H:.spec.nodeName --no-headers",
    )
  )
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(new Set(placed.map(([, , node]) => node))).toEqual(new Set(["s1", "a1"]));
  for (const [pod] of placed) {
    for (const [other, address] of placed) {
      const request = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${address} 8080 | tail -n 1`;
      expect(await kubectl(`exec ${pod} -- sh -c "${request.replaceAll("\\", "\\\\")}"`)).toBe(other);
    }
  }
});

const serverConfig = `cluster-init: true
token: ground
disable: [traefik, servicelb, metrics-server, coredns, local-storage]
disable-helm-controller: true
`;

const spread = {
  spec: {
    template: {
      spec: {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { app: "web" } },
          },
        ],
      },
    },
  },
};

/** As the official releases are installed by hand: download, compare the checksum, put in place. */
function install(name: string): Promise<string> {
  return onMachine(
    lab,
    name,
    `cd /usr/local/bin
    from=${lab.mirror}/${encodeURIComponent(version)}
    arch=$(dpkg --print-architecture)
    curl -sSf -o k3s "$from/k3s"
    curl -sSf "$from/sha256sum-$arch.txt" | grep ' k3s$' | sha256sum -c - >&2
    chmod 0755 k3s
    mkdir -p /etc/rancher/k3s /var/lib/rancher/k3s/agent/images
    cd /var/lib/rancher/k3s/agent/images
    curl -sSf -O "$from/k3s-airgap-images-$arch.tar.gz"
    curl -sSf "$from/sha256sum-$arch.txt" | grep ' k3s-airgap' | sha256sum -c - >&2`,
  );
}

async function start(name: string, role: string, config: string): Promise<void> {
  const unit =
    "systemd-run --unit k3s -p Type=notify -p Delegate=yes -p KillMode=process -p TimeoutStartSec=120";
  await onMachine(
    lab,
    name,
    `cat > /etc/rancher/k3s/config.yaml <<'CONFIG'\n${config}CONFIG\n${unit} k3s ${role} >&2`,
  );
}

/** The API answers some seconds after its unit is up, and again after each new node. */
async function kubectl(line: string): Promise<string> {
  const deadline = Date.now() + minutes(2);
  for (;;) {
    try {
      return await onMachine(lab, "s1", `k3s kubectl ${line}`);
    } catch (error) {
      if (Date.now() > deadline || !/connection refused|not ready|unable to upgrade/i.test(String(error)))
        throw error;
      await pause(1_000);
    }
  }
}
