import { versionComplaint } from "../../lab/engine/engine";

test.each(["20.10.24+dfsg1", "23.0.1", "28.2.2"])("Docker %s will do", (version) => {
  expect(versionComplaint(version)).toBeUndefined();
});

test.each(["19.03.15", "20.9.0", "1.13.1"])(
  "Docker %s is refused with the version that is needed",
  (version) => {
    expect(versionComplaint(version)).toBe(`Docker ${version} is too old: the lab needs 20.10 or newer.`);
  },
);
