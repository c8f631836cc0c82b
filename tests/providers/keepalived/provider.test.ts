import { keepalivedFile } from "../../../balancer/keepalived";
import { keepalivedUnit } from "../../../balancer/units";
import { untouched } from "../../../providers/keepalived/observe";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { refusal } from "../provider-host";
import { addressOf, around, bare, changing, inputsOf, looks, virtual } from "./inputs";
import { changes, scene } from "./scene";

const { machines, host, keepalived, two } = scene();

describe("create", () => {
  test("looks round, installs, starts, and ends when one machine alone has the address", async () => {
    const [s1, s2] = await two(changing("s1", { holds: true }), { "read-keepalived": bare });
    const inputs = inputsOf([s1, s2]);
    const { id, outs } = await keepalived().create(inputs);
    expect([id, outs.device]).toEqual(["prod/s1", "eth0"]);
    expect(s1.scripts().slice(0, 5)).toEqual([
      "read-keepalived",
      "before-keepalived",
      "bring-keepalived",
      "install-keepalived",
      "read-keepalived",
    ]);
    expect(s1.variables("before-keepalived")).toEqual({
      ADDRESS: "10.0.0.11",
      INTERFACE: "",
      PEERS: "10.0.0.12",
      ROUTER: "51",
      ADDRESSES: "10.0.0.100 \n",
      LISTEN: "4",
    });
    expect(s1.variables("install-keepalived")).toEqual({
      OWNER: "prod/s1",
      CONFIG: keepalivedFile(inputs, { name: "s1", device: "eth0" }),
      UNIT_TEXT: keepalivedUnit(),
      LEAVE: "address delete 10.0.0.100/24 dev eth0\n",
    });
    // The other machine is only looked at.
    expect(new Set(s2.scripts())).toEqual(new Set(["read-keepalived"]));
    expect(s2.variables("read-keepalived")).toEqual({ PEER: "10.0.0.11" });
  });

  test("of one that another of ours serves already asks nobody for the address", async () => {
    const [s1, s2] = await two({ "read-keepalived": looks("s1", { holds: true }) }, changing("s2"));
    await keepalived().create(inputsOf([s1, s2], {}, s2));
    expect(s2.variables("before-keepalived").ADDRESSES).toBe("");
    expect(changes(s1)).toEqual([]);
  });

  test.each<[string, string[], string]>([
    [
      "a router with the same id",
      ["router=10.0.0.9 2"],
      "s1: listening for other routers: 10.0.0.9 is a router with id 51 already (VRRP 2)\n" +
        "  next: give another routerId, from 1 to 255, or take that router away, then run this again",
    ],
    [
      "an address that answers",
      ["answers=10.0.0.100 02:aa"],
      "s1: listening for other routers: 10.0.0.100 answers already, at 02:aa\n" +
        "  next: give an address that nobody has, or take it from who has it, then run this again",
    ],
    [
      "an address that another machine of ours has by hand",
      ["answers=10.0.0.100 02:aa", "neighbour=10.0.0.12 02:aa"],
      "10.0.0.100 answers already, at 02:aa, which is s2\n",
    ],
    [
      "an address that the machine has by hand",
      ["address=eth0 10.0.0.100/24"],
      "10.0.0.100 is an address that s1 has already",
    ],
  ])("refuses %s, and touches nothing", async (_case, more, words) => {
    const [s1, s2] = await two(
      { "read-keepalived": bare, "before-keepalived": around("s1", ...more) },
      { "read-keepalived": bare },
    );
    const { message, recorded } = await refusal(keepalived().create(inputsOf([s1, s2])));
    expect(message).toContain(words);
    expect([changes(s1), recorded]).toEqual([[], undefined]);
  });

  test("tells all that is in the way at once", async () => {
    const more = ["router=10.0.0.9 2", "answers=10.0.1.100 02:aa"];
    const [s1, s2] = await two(
      { "read-keepalived": bare, "before-keepalived": around("s1", ...more) },
      { "read-keepalived": bare },
    );
    const given = { addresses: [{ address: virtual }, { address: "10.0.1.100/24" }] };
    const { message } = await refusal(keepalived().create(inputsOf([s1, s2], given)));
    expect(message.match(/^s1: .*$/gm)).toEqual([
      expect.stringContaining("10.0.1.100 is in no network of eth0 on s1 (10.0.0.11/24)"),
      expect.stringContaining("10.0.0.9 is a router"),
      expect.stringContaining("10.0.1.100 answers already"),
    ]);
  });

  test("takes an address that answers at a machine of ours which cannot be asked", async () => {
    const s1 = await machines.machine("s1", {
      ...changing("s1", { holds: true }),
      "before-keepalived": around("s1", "answers=10.0.0.100 02:aa", "neighbour=10.0.0.12 02:aa"),
    });
    const s2 = await machines.unreachable("s2");
    const { id } = await keepalived().create(inputsOf([s1, s2]));
    expect(id).toBe("prod/s1");
  });

  test("takes an address that another of ours got while it was asked for", async () => {
    const s1 = await machines.machine("s1", { "read-keepalived": [bare, looks("s1", { holds: true })] });
    const s2 = await machines.machine("s2", {
      ...changing("s2"),
      "before-keepalived": around("s2", "answers=10.0.0.100 02:aa", "neighbour=10.0.0.11 02:aa"),
    });
    const { id } = await keepalived().create(inputsOf([s1, s2], {}, s2));
    expect(id).toBe("prod/s2");
  });

  test("says where nobody could be listened for, and goes on", async () => {
    const [s1, s2] = await two(
      { ...changing("s1", { holds: true }), "before-keepalived": around("s1", "deaf=perl is missing") },
      { "read-keepalived": bare },
    );
    await keepalived().create(inputsOf([s1, s2], { row: rowFor("deaf") } as object));
    await until("it is said", () =>
      host().engine.said("deaf").includes("s1: nobody was listened for with router id 51: perl is missing"),
    );
  });

  test("waits until the others that run send to it", async () => {
    const sees = [looks("s1", { holds: true, knows: false }), looks("s1", { holds: true, knows: false })];
    const [s1, s2] = await two(
      { "read-keepalived": [...sees, looks("s1", { holds: true })] },
      changing("s2"),
    );
    await keepalived().create(inputsOf([s1, s2], { row: rowFor("waits") } as object, s2));
    expect(host().engine.said("waits")).toContain("waiting until s1 knows it");
    expect(s1.ran.length).toBeGreaterThan(3);
  });
});

describe("two machines that have the address at once", () => {
  const both =
    "s2: looking who has the address: s1 and s2 both have 10.0.0.100, since they do not hear each other; s2 is stopped again\n" +
    "  next: let VRRP through (IP protocol 112, no TCP and no UDP) between 10.0.0.11 and 10.0.0.12 in both directions, in the firewalls of the machines and of the network or cloud, then run this again";

  test("are an error within ten seconds, and the later one gives it up", async () => {
    const [s1, s2] = await two(
      { "read-keepalived": looks("s1", { holds: true }) },
      changing("s2", { holds: true }),
    );
    const begun = Date.now();
    const { message, recorded } = await refusal(keepalived().create(inputsOf([s1, s2], {}, s2)));
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(message).toBe(both);
    expect(recorded?.id).toBe("prod/s2");
    expect(s2.scripts().at(-1)).toBe("stop-keepalived");
    expect(changes(s1)).toEqual([]);
  });

  test("are noticed where the later one needs a moment to find that it hears nobody", async () => {
    let looked = 0;
    const s2 = await machines.machine("s2", {
      ...changing("s2"),
      "read-keepalived": () => looks("s2", looked++ < 1 ? { unit: "inactive " } : { holds: looked > 4 }),
    });
    const s1 = await machines.machine("s1", { "read-keepalived": looks("s1", { holds: true }) });
    const { message } = await refusal(keepalived().create(inputsOf([s1, s2], {}, s2)));
    expect(message).toContain("s1 and s2 both have 10.0.0.100");
  });

  test("leave the first of them alone", async () => {
    const [s1, s2] = await two(changing("s1", { holds: true }), {
      "read-keepalived": looks("s2", { holds: true }),
    });
    const { message } = await refusal(keepalived().create(inputsOf([s1, s2])));
    expect(message).toMatch(/^s1: .*s1 and s2 both have 10\.0\.0\.100, since they do not hear each other\n/);
    expect(changes(s1)).not.toContain("stop-keepalived");
  });

  test("are none where the other is to be changed yet", async () => {
    const [s1, s2] = await two(
      { "read-keepalived": looks("s1", { holds: true, group: "old" }) },
      changing("s2", { holds: true, group: "new" }),
    );
    await keepalived().create(inputsOf([s1, s2], {}, s2));
    expect(changes(s2)).not.toContain("stop-keepalived");
  });
});

test("where no machine gets the address, each one's reason is told", async () => {
  const [s1, s2] = await two(changing("s1", { haproxy: "503" }), {
    "read-keepalived": looks("s2", { haproxy: "000" }),
  });
  const { message } = await refusal(keepalived().create(inputsOf([s1, s2])));
  expect(message).toMatch(
    /^s1: looking who has the address: after 3 s no machine has 10\.0\.0\.100: s1 reaches no server, s2 has an HAProxy that does not answer\n {2}next: see that a server/,
  );
});

test("keepalived that ends again is told with the last words of its unit", async () => {
  const [s1, s2] = await two(
    {
      ...changing("s1", { unit: "failed enabled" }),
      journal: { stdout: "keepalived-k3s.service: Failed with result 'exit-code'.\n" },
    },
    { "read-keepalived": bare },
  );
  const { message } = await refusal(keepalived().create(inputsOf([s1, s2])));
  expect(message).toContain("keepalived does not run\n  | keepalived-k3s.service: Failed with result");
});

test("keepalived's own words for what it does not take are told, without the password", async () => {
  const stderr = "keepalived -t answers 5\n(Line 20) Unknown keyword 'hunter2'\n";
  const [s1, s2] = await two(
    { ...changing("s1"), "install-keepalived": { code: 65, stderr } },
    { "read-keepalived": bare },
  );
  const vrrp = { version: 2 as const, password: "hunter2" };
  const { message } = await refusal(keepalived().create(inputsOf([s1, s2], { vrrp })));
  expect(message).toBe(
    "s1: writing its files and starting it: keepalived does not take the new configuration as it is written (keepalived -t answers 5); what runs there goes on as it was\n" +
      "  | (Line 20) Unknown keyword '[secret]'\n" +
      "  next: install a keepalived there that takes it (2.2 is known to), then run this again",
  );
});
describe("check", () => {
  test("tells all that is wrong at once, and repeats no password", async () => {
    const [s1, s2] = await two({}, {});
    const given = {
      addresses: [{ address: "10.0.0.12/24" }, { address: "10.0.0.100" }],
      routerId: 300,
      vrrp: { version: 2 as const, password: "hunter2-hunter2" },
      interface: "eth0 }",
    };
    const { failures } = await keepalived().check(undefined, inputsOf([s1, s2], given));
    expect(failures.map(({ reason }) => reason.split("\n")[0])).toEqual([
      "s1: checking what is asked for: the virtual address 10.0.0.12 is the address of s2",
      's1: checking what is asked for: the virtual address is "10.0.0.100", and must be an IP address with its prefix, such as 10.0.0.100/24',
      "s1: checking what is asked for: the router id is 300, and must be a whole number from 1 to 255",
      expect.stringContaining("the password of VRRP must be 1 to 8 letters"),
      's1: checking what is asked for: the interface of s1 is "eth0 }", and must be the name of a network interface',
    ]);
    expect(JSON.stringify(failures)).not.toContain("hunter2");
  });

  test("takes what is right, and expects it untouched", async () => {
    const [s1, s2] = await two({}, {});
    const { failures, inputs } = await keepalived().check(undefined, inputsOf([s1, s2]));
    expect([failures, inputs]).toEqual([[], expect.objectContaining(untouched)]);
  });

  test("refuses a machine alone", async () => {
    const s1 = await machines.machine("s1");
    const { failures } = await keepalived().check(undefined, inputsOf([s1]));
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("the number of machines is 1, and must be a whole number from 2 to 100"),
    ]);
  });
});
test("the address of a machine is what its name says in these tests", () => {
  expect(addressOf("s2")).toBe("10.0.0.12");
});
