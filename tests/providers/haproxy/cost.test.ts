import { cost } from "../../../providers/haproxy/cost";
import { untouched } from "../../../providers/haproxy/observe";
import type { HaProxyInputs } from "../../../providers/haproxy/provider";
import { haproxyInputs } from "./inputs";

const { row: _, ...given } = haproxyInputs({ name: "a1", connection: { host: "10.0.0.21" } as never });
const inputs: HaProxyInputs = { ...given, ...untouched };

const reloads = "changing it reloads HAProxy on a1; no connection is dropped";
const restarts = "changing it restarts HAProxy on a1 when it is its turn; connections through it end";
const starts = "changing it starts HAProxy on a1";
const nothing = "changing it touches nothing that runs on a1";

const file = (name: string) => `/etc/haproxy-k3s/${name}`;

test.each<[string, string, Partial<HaProxyInputs>]>([
  ["other servers", reloads, { backends: [{ name: "s1", address: "10.0.0.11", port: 6443 }] }],
  ["another CA", reloads, { caHash: "d".repeat(64) }],
  ["other times", reloads, { timing: { ...inputs.timing, interval: 1000 } }],
  ["another password", reloads, { statsPassword: "other" }],
  ["a text of another form", reloads, { form: "another" }],
  ["a unit of another form", restarts, { form: "2/0" }],
  ["no page", reloads, { stats: undefined }],
  ["another health check", reloads, { healthCheck: "any-401" }],
  ["one that came down to the same", nothing, { healthCheck: "anonymous-auth" }],
  ["another way to it", nothing, { connection: { host: "10.0.0.22" } }],
  ["another rule for the package", nothing, { keepPackage: true }],
  ["a configuration that was edited", reloads, { files: `${file("haproxy.cfg")} changed` }],
  [
    "a CA that was removed, among others",
    reloads,
    { files: `${file("owner")} missing; ${file("ca.pem")} missing` },
  ],
  [
    "a configuration with another mode",
    nothing,
    { files: `${file("haproxy.cfg")} has mode and owner 644:root:root` },
  ],
  ["a unit's file that was edited", restarts, { files: "/etc/systemd/system/haproxy-k3s.service changed" }],
  ["a unit that hangs", restarts, { unit: "active, enabled, silent" }],
  ["a unit that was stopped", starts, { unit: "inactive, enabled" }],
  [
    "a unit that was stopped, with a file that was edited",
    starts,
    { unit: "failed, disabled", files: `${file("haproxy.cfg")} changed` },
  ],
  ["a unit that was disabled", nothing, { unit: "active, disabled" }],
  ["a package that is gone", "changing it installs HAProxy on a1, which goes on", { package: "missing" }],
])("a change from %s: %s", (_case, expected, was) => {
  expect(cost(Object.keys(was) as (keyof HaProxyInputs)[], { ...inputs, ...was }, inputs)).toBe(expected);
});
