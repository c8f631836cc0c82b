import { createHash } from "node:crypto";
import { type Answer, type Outcome, type StubMachine, stubMachine } from "./harness";

const folder = "/etc/rancher/k3s";
const object = '{"metadata":{"name":"s1","labels":{"tier":"web"}},"spec":{}}';
const certificates = {
  server: "/var/lib/rancher/k3s/server/tls/client-admin.crt",
  agent: "/var/lib/rancher/k3s/agent/client-kubelet.crt",
};

const certificate = "its own\n-----END CERTIFICATE-----\n";

/** Its files as they were written: their path, mode and text. */
const files: [string, number, string][] = [
  [`${folder}/owner`, 0o644, "dev/s1"],
  [`${folder}/token`, 0o600, "s3cret"],
  [`${folder}/config.yaml`, 0o600, "node-name: s1\n"],
  ["/usr/local/bin/k3s", 0o755, "k3s"],
];

interface Signs {
  unit?: [active: string, enabled: string];
  /** The API's answer: its text and code. */
  answer?: Answer;
}

function node({ unit: [active, enabled] = ["active", "enabled"], answer = found(object) }: Signs = {}) {
  const machine = stubMachine();
  for (const [path, mode, text] of files) machine.write(path, text, mode);
  const lines = files.map(([path, mode, text]) => {
    const sum = createHash("sha256").update(text).digest("hex");
    return `${sum} ${mode.toString(8)}:root:root ${machine.path(path)}\n`;
  });
  machine.write(`${folder}/.written`, lines.join(""), 0o600);
  for (const file of Object.values(certificates)) machine.write(file, `${certificate}its issuer's\n`);
  machine.stub("systemctl", {
    "is-active k3s": { shell: `echo ${active}; [ ${active} = active ]` },
    "is-enabled k3s": { shell: `echo ${enabled}; [ ${enabled} = enabled ]` },
  });
  machine.stub("curl", { "*": answer });
  return machine;
}

function found(text: string, code = 200): Answer {
  return `${text}\n${code}`;
}

function look(machine: StubMachine, variables: Record<string, string> = {}): Outcome {
  return machine.run("read-node", { UNIT: "k3s", NODE: "s1", ROLE: "server", ...variables });
}

/** What it tells, beneath the machine's own root. */
function told(machine: StubMachine, variables?: Record<string, string>): string[] {
  const outcome = look(machine, variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return outcome.stdout.replaceAll(machine.path(""), "/").replaceAll("//", "/").trimEnd().split("\n");
}

const valid = `certificate=${Buffer.from(certificate).toString("base64")}`;
const fine = ["owner=dev/s1", "unit=active enabled", valid, `node=${object}`];

test("a node that nobody has touched is told by owner, unit and object, and nothing is touched", () => {
  const machine = node();
  const before = machine.snapshot();
  expect(told(machine)).toEqual(fine);
  expect(machine.snapshot()).toEqual(before);
});

describe.each(files)("%s", (path, mode, text) => {
  const seen: [string, (machine: StubMachine) => void, string[]][] = [
    ["that is gone", (machine) => machine.remove(path), ["missing"]],
    ["with another text", (machine) => machine.write(path, `${text}#\n`, mode), ["changed"]],
    ["with no text", (machine) => machine.write(path, "", mode), ["changed"]],
    ["with another mode", (machine) => machine.write(path, text, 0o666), ["666:root:root"]],
    ["with both", (machine) => machine.write(path, "odd", 0o777), ["changed", "777:root:root"]],
  ];

  test.each(seen)("%s is told", (_case, touch, what) => {
    const machine = node();
    touch(machine);
    const lines = told(machine).filter((line) => line.startsWith("file="));
    expect(lines).toEqual(what.map((word) => `file=${path} ${word}`));
  });
});

test("a file that is somebody else's is told by mode and owner", () => {
  const machine = node();
  machine.stub("stat", {
    "*/token": "600:nobody:root\n",
    "*/k3s": "755:root:root\n",
    "*/owner": "644:root:root\n",
    "*": "600:root:root\n",
  });
  expect(told(machine)).toContain(`file=${folder}/token 600:nobody:root`);
});

test("a node whose files were never noted is told of no file", () => {
  const machine = node();
  machine.remove(`${folder}/.written`);
  machine.remove(`${folder}/token`);
  expect(told(machine)).toEqual(fine);
});

test.each<[[string, string], string]>([
  [["inactive", "enabled"], "unit=inactive enabled"],
  [["active", "disabled"], "unit=active disabled"],
  [["failed", "masked"], "unit=failed masked"],
  [["activating", "enabled"], "unit=activating enabled"],
  [["inactive", ""], "unit=inactive "],
])("a unit that is %j is told", (unit, line) => {
  expect(told(node({ unit }))[1]).toBe(line);
});

test.each([
  ["", "-"],
  ["\n", "-"],
  ["dev/s9\nunit=active enabled\n", "dev/s9"],
  ["C:\\new/s1", "C:\\new/s1"],
])("an owner's file that holds %j is told by its first line", (text, line) => {
  const machine = node();
  machine.write(`${folder}/owner`, text);
  expect(told(machine).filter((each) => each.startsWith("owner="))).toEqual([`owner=${line}`]);
});

test("of a node whose removal has begun nothing is told", () => {
  const machine = node();
  machine.write(`${folder}/.removing`, "");
  expect(look(machine)).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("a machine that nobody owns any more is told by an empty owner", () => {
  const machine = node();
  machine.remove(`${folder}/owner`);
  expect(told(machine)[0]).toBe("owner=");
});

test.each<[string, Answer, string[]]>([
  ["says that there is none", found('{"kind":"Status","code":404}', 404), ["node=missing"]],
  ["is not there", 7, []],
  ["does not answer in time", { shell: "printf '\\n000'; exit 28" }, []],
  ["is not ready", found('{"kind":"Status","code":503}', 503), []],
  ["does not know who asks", found('{"kind":"Status","code":401}', 401), []],
])("of the object of a node nothing is made up: the API %s", (_case, answer, lines) => {
  expect(told(node({ answer })).slice(3)).toEqual(lines);
});

test.each([
  '{"metadata":{"annotations":{"a":"{\\"b\\":\\"c\\\\d\\"}\\n","t":"\\t\\c\\\\n"}}}',
  '{"metadata":{"labels":{"a":"200"}},"status":{"images":["%s$(id)`id`"]}}',
])("an object arrives as the API has it: %s", (text) => {
  expect(told(node({ answer: { shell: `cat <<'END'\n${text}\n200\nEND\n` } })).at(-1)).toBe(`node=${text}`);
});

test.each<["server" | "agent", RegExp]>([
  [
    "server",
    /--cacert \S+\/server\/tls\/server-ca.crt --cert \S+\/client-admin.crt --key \S+\/client-admin.key https:\/\/127.0.0.1:6443\/api\/v1\/nodes\/s1\?pretty=false$/,
  ],
  [
    "agent",
    /--cacert \S+\/agent\/server-ca.crt --cert \S+\/client-kubelet.crt --key \S+\/client-kubelet.key https:\/\/127.0.0.1:6444\/api\/v1\/nodes\/s1\?pretty=false$/,
  ],
])("a %s asks with its own certificate, past any proxy", (ROLE, asked) => {
  const [line = ""] = look(node(), { ROLE }).linesOf("curl");
  expect(line).toMatch(asked);
  expect(line).toContain("--noproxy *");
});

test.each(["server", "agent"] as const)(
  "a %s whose data is gone is told so, and the API is not asked",
  (ROLE) => {
    const machine = node();
    machine.remove(certificates[ROLE]);
    expect(told(machine, { ROLE }).slice(2)).toEqual(["file=/var/lib/rancher/k3s missing"]);
    expect(look(machine, { ROLE }).linesOf("curl")).toEqual([]);
  },
);

test.each(["$(touch pwned)", "`touch pwned`", "a'; touch pwned; '", 's1"b', "../namespaces/x"])(
  "a node that is called %s is asked for by that name",
  (NODE) => {
    const machine = node();
    const [line = ""] = look(machine, { NODE }).linesOf("curl");
    expect(line).toContain(`/api/v1/nodes/${NODE}?pretty=false`);
    expect(machine.has("/pwned")).toBe(false);
  },
);

test("a secret of a file is told to nobody", () => {
  const { stdout, calls } = look(node());
  expect([stdout, ...calls.flatMap(({ args }) => args)].filter((word) => word.includes("s3cret"))).toEqual(
    [],
  );
});

test.each([
  [
    "is told where it does not look any more",
    3,
    ["file=/etc/systemd/system/snapshot-tokens-k3s.path stopped"],
  ],
  ["is not told where it does", 0, []],
])("the unit that looks at snapshots %s", (_, code, lines) => {
  const machine = node();
  machine.write("/etc/systemd/system/snapshot-tokens-k3s.path", "");
  machine.stub("systemctl", {
    "is-active --quiet snapshot-tokens-k3s.path": code,
    "is-active k3s": "active\n",
    "is-enabled k3s": "enabled\n",
  });
  expect(told(machine).filter((line) => line.startsWith("file="))).toEqual(lines);
});
