import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine's loopback for the length of `work`; gives its origin. */
export async function withServer<T>(
  answer: RequestListener,
  work: (origin: string) => Promise<T>,
): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** An origin on which nothing listens any more. */
export function closedOrigin(): Promise<string> {
  return withServer(
    () => undefined,
    async (origin) => origin,
  );
}
