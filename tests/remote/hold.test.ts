import { closeAll, machine } from "../../remote/pool";

afterEach(closeAll);

const here = machine("here", { transport: "local" });
const options = { sign: "held", every: 20, patience: 10_000, root: false };

const holder = {
  name: "hold",
  text: "read -r _ <&3\necho held\nwhile read -r _ <&3; do echo heard; done\nexit 7",
};

test("goes on until it is released, and hears of us meanwhile", async () => {
  const held = await here.hold(holder, options);
  if (!("release" in held)) throw new Error("It did not hold.");
  expect(await held.release()).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/^held\n(heard\n)*$/),
  });
  expect(await held.ended).toMatchObject({ code: 7 });
});

test("hears of us again and again", async () => {
  const text = "read -r _ <&3; echo held; read -r _ <&3; read -r _ <&3; exit 3";
  const held = await here.hold({ name: "hold", text }, options);
  if (!("release" in held)) throw new Error("It did not hold.");
  expect(await held.ended).toMatchObject({ code: 3, stdout: "held\n" });
});

test("gives the answer of a script that has ended instead, with the variables it was given", async () => {
  const script = { name: "hold", text: 'read -r _ <&3; echo "no, $WHO"; exit 75' };
  const answer = await here.hold(script, { ...options, variables: { WHO: "ann" } });
  expect(answer).toEqual({ code: 75, stdout: "no, ann\n", stderr: "" });
});

test("ends with everything else", async () => {
  const held = await here.hold(holder, options);
  if (!("release" in held)) throw new Error("It did not hold.");
  await closeAll();
  expect(await held.ended).toBeInstanceOf(Error);
});

test("does not wait for one that neither holds nor ends", async () => {
  const silent = { name: "hold", text: "while read -r _ <&3; do :; done" };
  await expect(here.hold(silent, { ...options, patience: 200 })).rejects.toThrow(/"hold" was cancelled/);
});
