import { request } from "node:http";
import type { Lab } from "../../lab/machines/model";
import { type Server, serve } from "./mirror";

export interface Proxy extends Server {
  /** Hosts that somebody wanted to be brought to. */
  asked: string[];
}

/** A forward proxy on this computer's address in the lab; it opens no tunnels, but hears who asks for one. */
export async function forwardProxy(lab: Lab): Promise<Proxy> {
  const asked: string[] = [];
  const server = await serve(lab, (incoming, response) => {
    const { hostname, pathname } = new URL(incoming.url ?? "/", "http://nobody");
    asked.push(hostname);
    const onward = request({ hostname, path: pathname, headers: { host: hostname } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    onward.end();
  });
  server.onTunnel((host) => asked.push(host));
  return { ...server, asked };
}
