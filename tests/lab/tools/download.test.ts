import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { k3sRelease } from "../../../lab/tools/catalog";
import { download, publishedSha256, reasonUnreachable, Unreachable } from "../../../lab/tools/download";
import { closedOrigin, withServer } from "./loopback";
import { scratchFolder } from "./scratch";

const content = Buffer.alloc(300_000, "k3s ");
const sha256 = createHash("sha256").update(content).digest("hex");
const folder = scratchFolder();
const target = () => join(folder(), "k3s");
const releaseAt = (origin: string) => k3sRelease({ version: "v1.33.3+k3s1", arch: "x64" }, origin);

/** Plays the layout of a k3s release, with a list that states `listed`. */
function playRelease(listed: string, answerFile?: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url === "/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/sha256sum-amd64.txt") {
      response.end(`${"0".repeat(64)}  k3s-airgap-images-amd64.tar\n${listed}  k3s\n`);
    } else if (request.url === "/k3s-io/k3s/releases/download/v1.33.3%2Bk3s1/k3s") {
      if (answerFile) answerFile(request, response);
      else response.setHeader("content-length", content.length).end(content);
    } else response.writeHead(404).end();
  };
}

async function fetchIt(origin: string, progress: (text: string) => void = () => undefined): Promise<void> {
  const release = releaseAt(origin);
  await download(release, await publishedSha256(release), target(), progress);
}

test("a file is fetched whole, and says how far it is", async () => {
  const said: string[] = [];
  await withServer(playRelease(sha256), (origin) => fetchIt(origin, (text) => said.push(text)));
  expect(readFileSync(target()).equals(content)).toBe(true);
  expect(said.at(-1)).toBe("0.3 MB of 0.3 MB");
});

test("a file that is not the published one is refused, with both sums", async () => {
  const refused = withServer(playRelease("a".repeat(64)), (origin) => fetchIt(origin));
  await expect(refused).rejects.toThrow(`its sha256 is ${sha256}, the list says ${"a".repeat(64)}`);
  await expect(refused).rejects.not.toBeInstanceOf(Unreachable);
});

test("a download that breaks off is tried again", async () => {
  let asked = 0;
  const breakOnce: RequestListener = (_, response) => {
    response.setHeader("content-length", content.length);
    if (asked++ > 0) response.end(content);
    else response.write(content.subarray(0, 100_000), () => response.destroy());
  };
  await withServer(playRelease(sha256, breakOnce), (origin) => fetchIt(origin));
  expect(asked).toBe(2);
  expect(readFileSync(target()).equals(content)).toBe(true);
});

test("a download that always breaks off counts as unreachable", async () => {
  const truncate: RequestListener = (_, response) => {
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 100_000), () => response.destroy());
  };
  const failed = withServer(playRelease(sha256, truncate), (origin) => fetchIt(origin));
  await expect(failed).rejects.toBeInstanceOf(Unreachable);
  await expect(failed).rejects.toThrow("broke off after");
});

test("a release without its list counts as unreachable", async () => {
  const failed = withServer((_, response) => response.writeHead(404).end(), fetchIt);
  await expect(failed).rejects.toBeInstanceOf(Unreachable);
  await expect(failed).rejects.toThrow("sha256sum-amd64.txt answers 404");
});

test("a list that does not name the file counts as unreachable", async () => {
  const failed = withServer((_, response) => response.end("<html>Log in first</html>"), fetchIt);
  await expect(failed).rejects.toBeInstanceOf(Unreachable);
  await expect(failed).rejects.toThrow("does not name k3s");
});

test("a refused connection counts as unreachable", async () => {
  const failed = closedOrigin().then((origin) => fetchIt(origin));
  await expect(failed).rejects.toBeInstanceOf(Unreachable);
  await expect(failed).rejects.toThrow("ECONNREFUSED");
});

test("an origin that gave no answer is not asked again", async () => {
  const refuse: RequestListener = (request) => {
    asked++;
    request.socket.destroy();
  };
  let asked = 0;
  await withServer(refuse, async (origin) => {
    const first = await reasonUnreachable(`${origin}/a`);
    expect(first).toContain(`${origin} cannot be reached`);
    const attempts = asked;
    expect(await reasonUnreachable(`${origin}/b`)).toBe(first);
    expect(asked).toBe(attempts);
  });
});

test("whether a file is there is asked without fetching it", async () => {
  const methods: (string | undefined)[] = [];
  await withServer(
    (request, response) => {
      methods.push(request.method);
      response.writeHead(request.url === "/there" ? 200 : 404).end();
    },
    async (origin) => {
      expect(await reasonUnreachable(`${origin}/there`)).toBeUndefined();
      expect(await reasonUnreachable(`${origin}/elsewhere`)).toBe(`${origin}/elsewhere answers 404`);
    },
  );
  expect(methods).toEqual(["HEAD", "HEAD"]);
});
