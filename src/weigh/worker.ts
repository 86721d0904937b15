import { parentPort } from "node:worker_threads";
import { compressSegment, FileProblem } from "./compress.js";
import type { Task } from "./pool.js";
import type { Answer } from "./threads.js";
import { Zlib } from "./zlib.js";

/** The entry point of a weighing thread: one task after the other, each answered once. Any error but a file's ends the thread. */
if (!parentPort) throw new Error("weigh-worker is a worker thread, not a program.");
const port = parentPort;
const zlib = new Zlib();

port.on("message", ({ root, segment }: Task) => {
  port.postMessage(answer(root, segment));
});

function answer(root: string, segment: Task["segment"]): Answer {
  try {
    return { ok: true, result: compressSegment(zlib, root, segment) };
  } catch (error) {
    if (error instanceof FileProblem) return { ok: false, path: error.path, problem: error.problem };
    throw error;
  }
}
