import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mirrorFolder } from "../../lab/machines/mirror";
import { gateway, type Lab } from "../../lab/machines/model";

export interface Server {
  /** Where machines of the lab reach it. */
  address: string;
  /** Called with the host of every tunnel that somebody asks for; none is opened. */
  onTunnel(heard: (host: string) => void): void;
  close(): Promise<void>;
}

/** A web server of the test's own, on this computer's address in the lab. */
export function serve(lab: Lab, answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, gateway(lab), () => {
      const { port } = server.address() as AddressInfo;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      const onTunnel = (heard: (host: string) => void) => {
        server.on("connect", ({ url = "" }, socket) => {
          heard(url.replace(/:\d+$/, ""));
          socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
        });
      };
      resolve({ address: `http://${gateway(lab)}:${port}`, onTunnel, close });
    });
  });
}

/** As the lab's mirror answers. */
export function whole(path: string, response: ServerResponse): void {
  const file = mirrorFolder(...decodeURIComponent(path).split("/"));
  if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end();
  else createReadStream(file).pipe(response);
}

/** The beginning of a file, as if it were all of it. */
export function truncated(path: string, response: ServerResponse): void {
  response.end(readFileSync(mirrorFolder(...decodeURIComponent(path).split("/"))).subarray(0, 1_000_000));
}

/** What a proxy shows to whoever has not logged in. */
export function page(_path: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Please log in.</body></html>\n");
}
