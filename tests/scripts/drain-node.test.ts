import { type Outcome, type StubMachine, stubMachine } from "./harness";

const mark = "k3s-cluster/cordoned";

interface Node {
  /** Whether it is cordoned, and has the mark of one that this did; absent where there is no such node. */
  cordoned?: boolean;
  marked?: boolean;
  /** What its kubelet is heard to say. */
  ready?: "True" | "False" | "Unknown";
  /** What draining it says, where it fails. */
  said?: string;
  budgets?: string;
  /** Whether the API answers. */
  answers?: boolean;
}

/** A server whose kubectl knows one node. */
function server({
  cordoned,
  marked = false,
  ready = "True",
  said,
  budgets = "",
  answers = true,
}: Node): StubMachine {
  const machine = stubMachine();
  const mine = machine.path("marked");
  machine.stub("sleep", { "1": 0 });
  machine.stub("kubectl", {
    "get --raw /readyz *": 0,
    "get node *{.metadata.name}|{.spec.unschedulable}|*":
      cordoned === undefined ? "" : `a1|${cordoned ? "true" : ""}|${ready}`,
    "cordon a1": 0,
    "get node *{.metadata.annotations.k3s-cluster/cordoned}": {
      shell: `if [ -e ${mine} ] || ${marked}; then echo yes; fi`,
    },
    [`annotate --overwrite node a1 ${mark}=yes`]: { shell: `: >${mine}` },
    "drain *": said === undefined ? 0 : { shell: `echo '${said}' >&2; exit 1` },
    "get pdb *": budgets,
    "uncordon a1": 0,
    [`annotate node a1 ${mark}-`]: 0,
  });
  machine.write(
    "/usr/local/bin/k3s",
    answers ? '#!/bin/sh\n[ "$1" = kubectl ] && shift 5 && kubectl "$@"\n' : "#!/bin/sh\nexit 1\n",
    0o755,
  );
  return machine;
}

/** What it does once the API answers. */
const changes = (outcome: Outcome) => outcome.linesOf("kubectl").filter((line) => !/readyz/.test(line));

const given = { NODE: "a1", TIMEOUT: "300", GRACE: "-1", EMPTY_DIRS: "delete" };

test("a node is marked, cordoned and drained, and nothing is said", () => {
  const outcome = server({ cordoned: false }).run("drain-node", given);
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(changes(outcome).slice(1)).toEqual([
    `annotate --overwrite node a1 ${mark}=yes`,
    "drain a1 --ignore-daemonsets --timeout=300s --grace-period=-1 --delete-emptydir-data",
  ]);
});

test("what pods keep in an emptyDir is kept where it is to be", () => {
  const outcome = server({ cordoned: false }).run("drain-node", {
    ...given,
    GRACE: "30",
    EMPTY_DIRS: "keep",
  });
  expect(changes(outcome).at(-1)).toBe("drain a1 --ignore-daemonsets --timeout=300s --grace-period=30");
});

test("a node that somebody has cordoned is drained without a mark", () => {
  const outcome = server({ cordoned: true }).run("drain-node", given);
  expect(outcome.code).toBe(0);
  expect(changes(outcome).map((line) => line.split(" ")[0])).toEqual(["get", "drain"]);
});

test.each(["False", "Unknown"] as const)(
  "the pods of one whose kubelet is not heard of (%s) are not waited for",
  (ready) => {
    const outcome = server({ cordoned: false, ready }).run("drain-node", given);
    expect(outcome.code).toBe(0);
    expect(changes(outcome).slice(1)).toEqual([`annotate --overwrite node a1 ${mark}=yes`, "cordon a1"]);
  },
);

test("a node that is none has no pods", () => {
  const outcome = server({}).run("drain-node", given);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(changes(outcome)).toHaveLength(1);
});

const blocked = [
  "Warning: ignoring DaemonSet-managed Pods: kube-system/svclb",
  "evicting pod default/web-1",
  ...Array(2).fill(
    'error when evicting pods/"web-1" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod disruption budget.',
  ),
  'There are pending pods in node "a1" when an error occurred: error when evicting pods/"web-1" -n "default": global timeout reached: 20s',
  'error: unable to drain node "a1" due to error: error when evicting pods/"web-1" -n "default": global timeout reached: 20s, continuing command...',
].join("\n");

test.each([
  ["lets it have pods again", { cordoned: false }, ["uncordon a1", `annotate node a1 ${mark}-`]],
  [
    "and was cordoned in a run that was cut off, too",
    { cordoned: true, marked: true },
    ["uncordon a1", `annotate node a1 ${mark}-`],
  ],
  ["and was cordoned by somebody, stays cordoned", { cordoned: true }, []],
])("a node whose pods may not go %s; they and their budgets are named", (_case, node, after) => {
  const outcome = server({ ...node, said: blocked, budgets: "default/web " }).run("drain-node", given);
  expect(outcome).toMatchObject({
    code: 76,
    stdout: "",
    stderr:
      "default/web-1: Cannot evict pod as it would violate the pod disruption budget.; " +
      "no pod may go by the disruption budgets default/web\n",
  });
  expect(changes(outcome).filter((line) => /^(uncordon|annotate node)/.test(line))).toEqual(after);
});

test("what else keeps a pod is told in kubectl's own words", () => {
  const said =
    'error: unable to drain node "a1" due to error: cannot delete Pods that declare no controller: default/bare';
  const outcome = server({ cordoned: false, said }).run("drain-node", given);
  expect(outcome).toMatchObject({ code: 76, stderr: `${said}\n` });
});

test("an API that is not ready is waited for", () => {
  const machine = server({ cordoned: false });
  const ready = machine.path("ready");
  machine.stub("sleep", { "1": { shell: `: >${ready}` } });
  machine.stub("kubectl", { "get --raw /readyz *": { shell: `[ -e ${ready} ]` }, "get node *": "" });
  expect(machine.run("drain-node", given)).toMatchObject({ code: 0, stderr: "" });
});

test("an API that does not answer ends it with 69, after some seconds", () => {
  const outcome = server({ answers: false }).run("drain-node", given);
  expect([outcome.code, outcome.linesOf("sleep").length]).toEqual([69, 14]);
});

describe("uncordon-node", () => {
  test("lets a node have pods again that was marked, and takes the mark away", () => {
    const outcome = server({ cordoned: true, marked: true }).run("uncordon-node", { NODE: "a1" });
    expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(changes(outcome).slice(1)).toEqual(["uncordon a1", `annotate node a1 ${mark}-`]);
  });

  test("leaves one alone that somebody else has cordoned", () => {
    const outcome = server({ cordoned: true }).run("uncordon-node", { NODE: "a1" });
    expect(outcome.code).toBe(0);
    expect(changes(outcome)).toHaveLength(1);
  });

  test("ends with 69 where the API does not answer", () => {
    expect(server({ answers: false }).run("uncordon-node", { NODE: "a1" }).code).toBe(69);
  });
});
