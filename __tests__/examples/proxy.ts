import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one download on its way. Counts of bytes are of the body. */
export type Fault =
  | { readonly kind: "none" }
  /** The connection breaks after so many bytes. */
  | { readonly kind: "cut"; readonly after: number }
  /** Nothing comes after so many bytes, and the connection stays open. */
  | { readonly kind: "stall"; readonly after: number }
  /** The body comes in drops and does not end. */
  | { readonly kind: "trickle" }
  /** Nothing is asked of the server before this. */
  | { readonly kind: "hold"; readonly until: Promise<void> }
  | { readonly kind: "refuse"; readonly status: number };

/** A download that somebody asked for. */
export interface Download {
  readonly url: string;
  readonly range: string | null;
  readonly status: number;
}

/** What stands between the app and a real server: it counts the downloads and makes them fail. It changes no byte. */
export interface Proxy {
  /** `127.0.0.1:40000`, which is also the host that the server is asked by. */
  readonly host: string;
  readonly downloads: readonly Download[];
  /** Forgets the downloads; the nth from now on (from 0) meets that fault. */
  reset(fault?: (nth: number) => Fault): void;
  close(): Promise<void>;
}

/** @param admits whether a request's credentials will do; one that it does not admit is answered with 401 */
export async function startProxy(
  target: () => number,
  admits: (request: IncomingMessage) => boolean = () => true,
): Promise<Proxy> {
  const downloads: Download[] = [];
  let asked = 0;
  let plan: (nth: number) => Fault = () => ({ kind: "none" });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = plan(asked++);
    const answered = (status: number): void => {
      downloads.push({ url: request.url ?? "", range: request.headers.range ?? null, status });
    };
    if (fault.kind === "hold") await fault.until;
    const refused = fault.kind === "refuse" ? fault.status : admits(request) ? null : 401;
    if (refused !== null) {
      answered(refused);
      response.writeHead(refused, { "content-type": "application/xml" });
      response.end("<Error><Message>Refused on the way.</Message></Error>");
      return;
    }
    const { url: path, method, headers } = request;
    const onward = send({ host: "127.0.0.1", port: target(), path, method, headers }, (answer) => {
      answered(answer.statusCode ?? 0);
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.on("error", () => undefined);
      if (fault.kind === "trickle") {
        answer.destroy();
        const drops = setInterval(() => response.write("drop"), 50);
        response.on("close", () => {
          clearInterval(drops);
        });
        return;
      }
      if (fault.kind !== "cut" && fault.kind !== "stall") {
        answer.pipe(response);
        return;
      }
      let left = fault.after;
      answer.on("data", (chunk: Buffer) => {
        const part = chunk.subarray(0, left);
        left -= part.length;
        if (part.length > 0) response.write(part);
        if (left > 0) return;
        answer.destroy();
        if (fault.kind === "cut") response.socket?.end();
      });
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    downloads,
    reset: (fault = () => ({ kind: "none" })) => {
      downloads.length = 0;
      asked = 0;
      plan = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
