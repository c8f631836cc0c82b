import { k3sCluster } from "./machines";

test.each([["--help"], ["help"]])("%s tells the commands", async (word) => {
  expect(await k3sCluster(word)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^k3s-cluster COMMAND\n\n {2}snapshot {3}saves etcd now/),
    stderr: "",
  });
});

test("a command tells its options", async () => {
  const { code, stdout } = await k3sCluster("snapshot", "--help");
  expect([code, stdout]).toEqual([0, expect.stringContaining("--to FOLDER")]);
});

test.each<[string[], RegExp]>([
  [[], /^which command\?\n {2}next: choose from:/],
  [["constructor"], /^there is no command "constructor"\n {2}next: choose from:/],
  [["snapshot", "--nam", "x"], /^Unknown option '--nam'.*\n {2}next: choose from:\n\nk3s-cluster snapshot/],
  [["snapshot", "s1"], /^Unexpected argument 's1'/],
])("%j is refused, and what there is is told", async (args, message) => {
  expect(await k3sCluster(...args)).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(message) });
});
