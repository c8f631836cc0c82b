import { type Failing, refused } from "../fails";
import { type Field, type Written, write } from "../field";

/** Pulumi's own start is most of it. */
const within = 60;

interface Machine {
  name: string;
  host: string;
}

function servers({ manifest }: Field): Machine[] {
  return manifest.servers as Machine[];
}

/** More machines beside the manifest's own; nobody ever answers there, nor has to. */
function beside(count: number): Machine[] {
  return Array.from({ length: count }, (_, index) => ({ name: `n${index}`, host: `127.0.0.${100 + index}` }));
}

function refusedFor(field: Field, manifest: Written, ...told: Failing["told"]): Promise<void> {
  return refused(field, { manifest, told, within });
}

export async function noServers(field: Field): Promise<void> {
  await refusedFor(field, { servers: [] }, { where: "servers", cause: /0 servers/, next: /use 1, 3 or 5/ });
}

/** A cluster on its way from one server to three has two: warned of, whatever else is said. */
export async function evenServers(field: Field): Promise<void> {
  for (const even of [2, 4]) {
    write(field, { servers: [...servers(field), ...beside(even - 1)], agents: [] });
    const { stdout, stderr } = await field.stack.tryPulumi(["preview"]);
    expect(stdout + stderr).toMatch(
      new RegExp(`warning: .*servers: ${even} servers .*majority.*; use ${even - 1} or ${even + 1}`),
    );
  }
}

export async function sameHost(field: Field): Promise<void> {
  const [first] = servers(field);
  await refusedFor(
    field,
    { servers: [first, ...beside(2)], agents: [{ name: "again", host: first?.host }] },
    { where: "agents\\[0\\]\\.host", cause: /is also servers\[0\]\.host/, next: /machine of its own/ },
  );
}

export async function sameName(field: Field): Promise<void> {
  const [first] = servers(field);
  const [other] = beside(1);
  await refusedFor(
    field,
    { agents: [{ ...other, name: first?.name }] },
    { where: "agents\\[0\\]\\.name", cause: /is also servers\[0\]\.name/, next: /differ in more than case/ },
  );
  await refusedFor(
    field,
    { agents: [{ ...other, name: first?.name.toUpperCase() }] },
    { where: "agents\\[0\\]\\.name", cause: /is not a node name/, next: /lower-case/ },
    { where: "agents\\[0\\]\\.name", cause: /is also servers\[0\]\.name/, next: /differ in more than case/ },
  );
}

export async function addresses(field: Field): Promise<void> {
  await refusedFor(
    field,
    { network: { clusterCidr: "10.42.0.0/16", serviceCidr: "10.42.128.0/17" } },
    {
      where: "network\\.serviceCidr",
      cause: /10\.42\.128\.0\/17 overlaps clusterCidr/,
      next: /one or the other/,
    },
  );
  await refusedFor(
    field,
    { network: { clusterCidr: "127.0.0.0/8" } },
    {
      where: "servers\\[0\\]\\.host",
      cause: /is inside clusterCidr 127\.0\.0\.0\/8/,
      next: /use other blocks/,
    },
  );
  await refusedFor(
    field,
    { network: { clusterCidr: "10.42.0.0/24" }, agents: beside(4) },
    {
      where: "network\\.clusterCidr",
      cause: /has room for 1 node .*there are 5/,
      next: /use a \/21 or larger/,
    },
  );
}

export async function versions(field: Field, inexact: string[]): Promise<void> {
  for (const version of inexact) {
    await refusedFor(
      field,
      { version },
      {
        where: "version",
        cause: /is not an exact k3s version/,
        next: /v1\.33\.3\+k3s1/,
      },
    );
  }
}

const alike = ["cluster-domain", "secrets-encryption", "disable-network-policy", "egress-selector-mode"];
const placed = {
  "cluster-cidr": "network.clusterCidr",
  "service-cidr": "network.serviceCidr",
  disable: "disable",
};

export async function differingServers(field: Field): Promise<void> {
  const [first, second, third] = [...servers(field), ...beside(2)];
  const config = { ...Object.fromEntries(alike.map((key) => [key, "other"])), ...placed };
  await refusedFor(
    field,
    { servers: [first, { ...second, config }, third] },
    ...alike.map((key) => ({
      where: new RegExp(`^servers\\[1\\]\\.config.*${key}`),
      cause: /must be the same on all servers/,
      next: /use config, at the top/,
    })),
    ...Object.entries(placed).map(([key, place]) => ({
      where: new RegExp(`^servers\\[1\\]\\.config.*${key}`),
      cause: /is reserved/,
      next: new RegExp(`use ${place.replace(".", "\\.")}, at the top`),
    })),
  );
}

const hostile = [
  "two words",
  "it's",
  'say "hi"',
  "$(touch /tmp/pwned)",
  "`id`",
  "a;b",
  "a\nb",
  "../up",
  "-rf",
];

export async function hostileText(field: Field): Promise<void> {
  const [first] = servers(field);
  const agents = hostile.map((text, index) => ({ name: text, host: `127.0.0.${100 + index}` }));
  const labels = Object.fromEntries(hostile.map((text, index) => [`tier${index}`, text]));
  const keys = Object.fromEntries(hostile.map((text) => [text, "web"]));
  await refusedFor(
    field,
    { agents, labels, servers: [{ ...first, labels: keys }] },
    ...hostile.flatMap((_, index) => [
      { where: `agents\\[${index}\\]\\.name`, cause: /is not a node name/, next: /lower-case/ },
      { where: `labels\\.tier${index}`, cause: /is not a label value/, next: /letters/ },
    ]),
    ...hostile.map(() => ({
      where: /^servers\[0\]\.labels/,
      cause: /is not a label key/,
      next: /letters/,
    })),
  );
  for (const token of ["hidden words", "hidden\nlines", "hidden:colon"]) {
    await refused(field, {
      manifest: { token },
      told: [{ where: "token", cause: /is not a token/, next: /\S/ }],
      within,
      unsaid: ["hidden"],
    });
  }
}
