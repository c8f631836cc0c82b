import { vipCheck } from "../../../balancer/vrrp";
import { cost } from "../../../providers/keepalived/cost";
import type { KeepalivedInputs } from "../../../providers/keepalived/inputs";

const inputs: KeepalivedInputs = {
  cluster: "prod",
  name: "s1",
  connection: { host: "10.0.0.11" },
  machines: [
    { name: "s1", address: "10.0.0.11" },
    { name: "s2", address: "10.0.0.12" },
  ],
  addresses: [{ address: "10.0.0.100/24" }],
  routerId: 51,
  vrrp: { version: 3 },
  check: vipCheck,
  peers: [],
  patience: 1,
  unit: "active, enabled",
  files: "as written",
  holder: "one machine",
};

const stays = "changing it reloads keepalived on s1; the address stays where it is";
const moves = "if the address is there, it moves to s2, once";
const again =
  "changing it reloads keepalived on s1; if the address is there, it is taken away and added again at once";
const both = "changing it reloads keepalived on s1; for seconds two machines may have the address, then one";

test.each<[string, Partial<KeepalivedInputs>, Partial<KeepalivedInputs>, string]>([
  [
    "what was not looked at before",
    { holder: "one machine" },
    { holder: undefined },
    "changing it touches nothing that runs on s1",
  ],
  [
    "an address that two have",
    {},
    { holder: "s1 and s2, which do not hear each other" },
    "changing it looks whether s1 has the address alone; one of those that do not hear each other is stopped",
  ],
  ["another order", { machines: [...inputs.machines].reverse() }, {}, stays],
  ["another check", { check: { ...vipCheck, fall: 3 } }, {}, stays],
  ["an interval", { vrrp: { version: 3, advertInterval: 500 } }, {}, stays],
  ["one more address", { addresses: [...inputs.addresses, { address: "10.0.0.101/24" }] }, {}, stays],
  ["a label", { addresses: [{ address: "10.0.0.100/24", label: "api" }] }, {}, again],
  ["another prefix", { addresses: [{ address: "10.0.0.100/25" }] }, {}, again],
  [
    "another prefix of one that goes with it",
    { addresses: [...inputs.addresses, { address: "10.0.0.101/25" }] },
    { addresses: [...inputs.addresses, { address: "10.0.0.101/24" }] },
    again,
  ],
  ["an edited file", {}, { files: "/etc/keepalived-k3s/keepalived.conf changed" }, stays],
  ["another router id", { routerId: 52 }, {}, both],
  ["another version", { vrrp: { version: 2, password: "p" } }, {}, both],
  ["another address", { addresses: [{ address: "10.0.0.101/24" }] }, {}, both],
  ["another interface", { interface: "eth1" }, {}, `changing it reloads keepalived on s1; ${moves}`],
  [
    "an edited unit",
    {},
    { files: "/etc/systemd/system/keepalived-k3s.service changed" },
    `changing it restarts keepalived on s1; ${moves}`,
  ],
  [
    "a stopped unit",
    {},
    { unit: "inactive, disabled" },
    "changing it starts keepalived on s1; the address stays where it is",
  ],
  [
    "a unit that is not enabled",
    {},
    { unit: "active, disabled" },
    "changing it touches nothing that runs on s1",
  ],
  ["what becomes of the package", { keepPackage: true }, {}, "changing it touches nothing that runs on s1"],
])("%s costs what is said", (_case, news, old, words) => {
  const [state, wanted] = [
    { ...inputs, ...old },
    { ...inputs, ...news },
  ];
  const changed = (Object.keys({ ...old, ...news }) as (keyof KeepalivedInputs)[]).filter(
    (key) => JSON.stringify(state[key]) !== JSON.stringify(wanted[key]),
  );
  expect(cost(changed, state, wanted)).toBe(words);
});
