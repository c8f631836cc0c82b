import { expiryWarning } from "../../k3s/certificates";

const now = new Date("2026-11-22T12:00:00Z");
const next = ": give certificates.rotate another value, or restart k3s there, which makes them anew";

test.each([
  ["2027-11-22T12:00:00Z", undefined],
  ["2027-02-20T12:00:00Z", undefined],
  ["2027-02-20T11:59:59Z", "the certificates of s1 end on 2027-02-20, in 89 days"],
  ["2026-11-23T12:00:00Z", "the certificates of s1 end on 2026-11-23, in 1 day"],
  ["2026-11-22T12:00:01Z", "the certificates of s1 end on 2026-11-22, in 0 days"],
  ["2026-11-22T11:59:59Z", "the certificates of s1 ended on 2026-11-22"],
])("certificates that are valid until %s: %s", (validTo, warning) => {
  expect(expiryWarning("s1", new Date(validTo), now)).toBe(warning && warning + next);
});
