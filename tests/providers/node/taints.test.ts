import { type KeptTaint, parsedTaint, taintText } from "../../../providers/node/taints";

const taints: [string, KeptTaint][] = [
  ["dedicated=gpu:NoSchedule", { key: "dedicated", value: "gpu", effect: "NoSchedule" }],
  ["spot:NoExecute", { key: "spot", effect: "NoExecute" }],
  [
    "example.com/a.b=c_d-e.f:PreferNoSchedule",
    { key: "example.com/a.b", value: "c_d-e.f", effect: "PreferNoSchedule" },
  ],
];

test.each(taints)("%s is read as the API has it, and written again as it was", (text, taint) => {
  expect(parsedTaint(text)).toEqual(taint);
  expect(taintText(taint)).toBe(text);
});

test("an empty value is none", () => {
  expect(parsedTaint("spot=:NoExecute")).toEqual({ key: "spot", effect: "NoExecute" });
  expect(taintText({ key: "spot", value: "", effect: "NoExecute" })).toBe("spot:NoExecute");
});
