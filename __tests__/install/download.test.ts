import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { download } from "../../src/install/download.js";

/** What each server was asked for: its name, the address as sent, and who logged in. */
let asked: string[];
const servers: Server[] = [];
const addresses: Record<string, string> = {};

async function start(
  name: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<void> {
  const server = createServer((request, response) => {
    asked.push([name, request.url, request.headers.authorization].filter(Boolean).join(" "));
    answer(request, response);
  });
  server.on("connect", (request, socket) => {
    asked.push(`${name} CONNECT ${request.url ?? ""}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  addresses[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  await start("origin", (request, response) => {
    const [, kind, to = ""] = (request.url ?? "").split("/");
    if (kind === "to") response.writeHead(302, { location: decodeURIComponent(to) }).end();
    else response.end(`origin's ${kind ?? ""}`);
  });
  await start("other", (_, response) => response.end("other's"));
  await start("proxy", (_, response) => response.end("proxied"));
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  asked = [];
});

async function fetched(address: string, env: Record<string, string> = {}): Promise<string> {
  const signal = new AbortController().signal;
  return text(await download(new URL(address), "Basic dTpw", { env, signal }));
}
const redirect = (to: string): string => `${addresses.origin ?? ""}/to/${encodeURIComponent(to)}`;

test("a redirect is followed with the login, on the same server", async () => {
  expect(await fetched(redirect("/archive"))).toBe("origin's archive");
  expect(asked).toEqual([expect.stringMatching(/ Basic dTpw$/), "origin /archive Basic dTpw"]);
});

test("another server is not told the login", async () => {
  expect(await fetched(redirect(`${addresses.other ?? ""}/archive`))).toBe("other's");
  expect(asked.at(-1)).toBe("other /archive");
});

test.each(["file:///etc/passwd", "data:,x"])("a redirect to %s is not followed", async (to) => {
  await expect(fetched(redirect(to))).rejects.toThrow(/redirected to a/);
});

test("a redirect to itself ends", async () => {
  await expect(fetched(redirect("?"))).rejects.toThrow("without end");
});

test("the proxy of the environment is used, but not for whom it is not meant", async () => {
  const env = { http_proxy: addresses.proxy ?? "", no_proxy: "127.0.0.1" };
  expect(await fetched("http://runtime.invalid/archive", env)).toBe("proxied");
  expect(asked).toEqual(["proxy http://runtime.invalid/archive Basic dTpw"]);
  expect(await fetched(`${addresses.origin ?? ""}/archive`, env)).toBe("origin's archive");
});

test("https goes through the proxy's tunnel", async () => {
  const env = { HTTPS_PROXY: addresses.proxy ?? "" };
  await expect(fetched("https://runtime.invalid/archive", env)).rejects.toThrow();
  expect(asked).toEqual(["proxy CONNECT runtime.invalid:443"]);
});
