import { join } from "node:path";
import { RemoteError } from "../../remote/errors";
import { machine } from "../../remote/pool";
import { deadline, failure, script, servers } from "./servers";

const { serve, folder } = servers();

describe("one connection", () => {
  test("is shared by all that runs on a machine, eight at once", async () => {
    const { server, target } = await serve();
    // Each script waits for seven others: with fewer at once none of them would end.
    const meeting = (group: number) =>
      `cd '${folder}'; : >"m${group}.$$"; until [ "$(ls m${group}.* | wc -l)" -ge 8 ]; do sleep 0.01; done; echo met`;
    const runs = Array.from({ length: 24 }, (_, index) =>
      machine(`s${index}`, target).run(script(meeting(Math.floor(index / 8))), { deadline }),
    );
    expect(await Promise.all(runs)).toEqual(Array(24).fill("met\n"));
    expect(server.logins()).toBe(1);
    expect(server.mostOpen()).toBe(8);
  });

  test("to a server that allows fewer at once is shared by those that fit", async () => {
    const { server, target } = await serve({ maxSessions: 2 });
    const runs = Array.from({ length: 6 }, () => machine("s1", target).run(script("echo in"), { deadline }));
    expect(await Promise.all(runs)).toEqual(Array(6).fill("in\n"));
    expect(server.mostOpen()).toBe(2);
  });

  test("to a server that allows nothing is an error that says so", async () => {
    const { target } = await serve({ maxSessions: 0 });
    const error = await failure(target);
    expect(error.kind).toBe("refused");
    expect(error.remedy).toContain("MaxSessions");
  });

  test("runs nothing but a constant command", async () => {
    const { server, target } = await serve();
    const variables = { TOKEN: "pa55word" };
    await machine("s1", target).run(script(":"), { variables, deadline });
    await machine("s1", { ...target, user: "ops" }).writeFile(join(folder, "f"), "pa55word", {
      mode: "0600",
      deadline,
    });
    await machine("s1", { ...target, user: "ops" }).run(script(":"), { variables, deadline, root: false });
    expect(server.commands).toEqual(["/bin/sh -s", "sudo -n /bin/sh -s", "/bin/sh -s"]);
  });

  test("is made again after it was cut", async () => {
    const { server, target } = await serve();
    const s1 = machine("s1", target);
    await s1.run(script(":"), { deadline });
    server.cut();
    expect(await s1.run(script("echo again"), { deadline })).toBe("again\n");
    expect(server.logins()).toBe(2);
  });

  test("that is cut while a script runs is an error, and the script is not run again", async () => {
    const { server, target } = await serve();
    const s1 = machine("s1", target);
    const begun = join(folder, "begun");
    const work = s1
      .run(script(`echo half; : >'${begun}'; sleep 100`, "join"), { deadline })
      .catch((error) => error);
    await s1.run(script(`until [ -e '${begun}' ]; do sleep 0.01; done`), { deadline });
    server.cut();
    const error = await work;
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ kind: "connection lost", script: "join" });
    expect(error.message).toContain('was lost while "join" ran');
    expect(error.remedy).toContain("may have done a part");
    expect(server.commands).toHaveLength(2);
  });

  test("that sends the noise of a login shell first does not mix it with the answer", async () => {
    const { target } = await serve({ greeting: "Welcome!" });
    expect(await machine("s1", target).run(script("echo answer"), { deadline })).toBe("answer\n");
  });

  test("is not kept when the login failed", async () => {
    let open = false;
    const { target } = await serve({ accepts: () => open });
    await failure(target);
    open = true;
    expect(await machine("s1", target).run(script("echo in"), { deadline })).toBe("in\n");
  });
});
