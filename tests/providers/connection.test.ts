import { fakeMachines } from "./fake-machine";
import { refusal, sharedHost } from "./provider-host";

const machines = fakeMachines();
const host = sharedHost();

const sudoPassword = "it's theirs";
const staged = { stage: { stdout: `${"5".repeat(64)}\n` } };
const inputs = { name: "s1", version: "v1.33.3+k3s1", release: "https://mirror.example.com", images: false };

test("a user's script runs by sudo, which is told the password of the connection", async () => {
  const { connection, scripts } = await machines.machine("s1", staged, { sudoPassword });
  const { outs } = await host()
    .resource("Machine")
    .create({ ...inputs, connection });
  expect(outs.sha256).toBe("5".repeat(64));
  expect(scripts()).toEqual(["stage"]);
});

describe("a password that sudo does not take", () => {
  const wrong = async () => {
    const s1 = await machines.machine("s1", staged, { sudoPassword });
    return { s1, connection: { ...s1.connection, sudoPassword: "that of another" } };
  };

  test("is named in the failure, and not shown; nothing runs and nothing is recorded", async () => {
    const { s1, connection } = await wrong();
    const { message, recorded } = await refusal(
      host()
        .resource("Machine")
        .create({ ...inputs, connection }),
    );
    expect(message).toContain(
      `s1: fetching k3s v1.33.3+k3s1: "stage" did not start: sudo on 127.0.0.1:${connection.port} did not take the sudoPassword of ops`,
    );
    expect(message).toContain("\n  next: correct sudoPassword");
    expect(message).not.toContain("that of another");
    expect(s1.ran).toEqual([]);
    expect(recorded).toBeUndefined();
  });

  test("is found before any machine is touched", async () => {
    const { connection } = await wrong();
    const given = { cluster: "prod", machines: { s1: { role: "server", connection } } };
    const { failures } = await host().resource("Preflight").check(undefined, given);
    expect(failures[0]?.reason).toMatch(
      /error {2}s1 {2}authentication {2}.*sudo on .* did not take the sudoPassword of ops/,
    );
  });
});
