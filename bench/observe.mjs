// For `node --import`: writes what the program does to the file SLUGDIFF_BENCH_LOG, a JSON object a line. The program itself needs
// no options for that: Node tells of each child process, and the weigher of each tree, on diagnostics channels.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isMainThread } from "node:worker_threads";

const log = process.env.SLUGDIFF_BENCH_LOG;

function write(event) {
  const at = (performance.timeOrigin + performance.now()) / 1000;
  appendFileSync(log, `${JSON.stringify({ pid: process.pid, at, ...event })}\n`);
}

/** Names of what a call of `uv pip install` installs, from the lock or the list that it is given: it is gone afterwards. */
function installed(args, cwd) {
  const at = args.findIndex((arg) => arg === "-r" || arg === "--requirements" || arg === "--requirement");
  if (!args.includes("install") || at < 0) return [];
  try {
    const text = readFileSync(resolve(cwd ?? ".", args[at + 1]), "utf8");
    const lock = /^\[\[packages\]\]\s*^name = "([^"]+)"/gm;
    const list = /^([A-Za-z0-9][\w.-]*)/gm;
    return [...text.matchAll(args[at + 1].endsWith(".toml") ? lock : list)].map((match) => match[1]);
  } catch {
    return []; // Nothing that could be read: the call is counted without them.
  }
}

if (log !== undefined) {
  subscribe("slugdiff.weigh", ({ bytes }) => write({ event: "weigh", bytes }));
  subscribe("tracing:child_process.spawn:start", ({ options }) => {
    const { args = [], file, cwd } = options;
    write({ event: "spawn", file, args: args.slice(1), installed: installed(args, cwd) });
  });
  if (isMainThread) {
    write({ event: "start" });
    // In kilobytes, whatever the documentation of other systems says.
    process.on("exit", () => write({ event: "exit", memory: process.resourceUsage().maxRSS * 1024 }));
  }
}
