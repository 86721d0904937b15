// How long someone new waits for the README's demo: everything cold, over a line of so many Mbit/s.
// usage: demo.mjs [MBIT]      default: 100; of a fresh clone, with the network
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const mbit = Number(process.argv[2] ?? 100);
const home = mkdtempSync(join(tmpdir(), "slugdiff-cold-"));
const bytesPerMs = (mbit * 1e6) / 8 / 1000;
let [bytes, free] = [0, 0];

// A proxy whose connections share one line: what comes is passed on when the line is free for it.
const proxy = createServer((_, response) => response.writeHead(405).end());
proxy.on("connect", ({ url = "" }, client) => {
  const { hostname, port } = new URL(`https://${url}`);
  const server = connect(Number(port) || 443, hostname, () => {
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    client.pipe(server);
  });
  const wait = () => Math.max(0, free - performance.now());
  server.on("data", (chunk) => {
    bytes += chunk.length;
    free = Math.max(free, performance.now()) + chunk.length / bytesPerMs;
    server.pause();
    setTimeout(() => (client.write(chunk) ? server.resume() : client.once("drain", () => server.resume())), wait());
  });
  server.on("end", () => setTimeout(() => client.end(), wait() + 1));
  for (const [one, other] of [
    [server, client],
    [client, server],
  ]) {
    one.on("error", () => other.destroy());
  }
});
proxy.listen(0, "127.0.0.1");
await once(proxy, "listening");

const { UV_CACHE_DIR, XDG_CACHE_HOME, PIP_CACHE_DIR, ...env } = process.env;
void [UV_CACHE_DIR, XDG_CACHE_HOME, PIP_CACHE_DIR];
const address = `http://127.0.0.1:${proxy.address().port}`;
const start = performance.now();
try {
  const demo = spawn(process.execPath, [fileURLToPath(new URL("../../scripts/demo.mjs", import.meta.url))], {
    env: { ...env, HOME: home, HTTPS_PROXY: address, https_proxy: address },
    cwd: home,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [status] = await once(demo, "close");
  const seconds = (performance.now() - start) / 1000;
  const line = bytes / bytesPerMs / 1000;
  console.log(
    `status ${status}, ${(bytes / 1e6).toFixed(0)} MB at ${mbit} Mbit/s, which alone take ${line.toFixed(0)} s`,
  );
  console.log(`${seconds.toFixed(0)} s in all`);
} finally {
  rmSync(home, { recursive: true, force: true });
  proxy.closeAllConnections();
  proxy.close();
  process.exit();
}
