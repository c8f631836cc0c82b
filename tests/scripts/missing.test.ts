import { stubMachine } from "./harness";

const place = "/etc/rancher/k3s/owner";
const removing = "/etc/rancher/k3s/.removing";

test.each([
  ["is there", [place], removing, ""],
  ["is there, whatever removes it", [place], "", ""],
  ["is not there", [], removing, "yes\n"],
  ["is being removed", [place, removing], removing, "yes\n"],
  ["is gone, and its mark is not", [removing], removing, "yes\n"],
])("what %s is told", (_case, files, mark, stdout) => {
  const machine = stubMachine();
  for (const file of files) machine.write(file, "");
  const before = machine.snapshot();
  const variables = { PLACE: machine.path(place), REMOVING: mark && machine.path(mark) };
  expect(machine.run("missing", variables)).toMatchObject({ code: 0, stdout, stderr: "" });
  expect(machine.snapshot()).toEqual(before);
});
