import { Worker } from "node:worker_threads";
import { FileProblem, type SegmentResult } from "./compress.js";
import type { Compressor, Task } from "./pool.js";

/** What a thread answers. */
export type Answer =
  | { readonly ok: true; readonly result: SegmentResult }
  | { readonly ok: false; readonly path: string; readonly problem: string };

/** A compressor that is zlib in WebAssembly, in a thread of its own. */
export function startThread(): Compressor {
  const worker = new Worker(workerUrl());
  const waiting: { resolve: (result: SegmentResult) => void; reject: (error: unknown) => void }[] = [];
  let ended: Error | null = null;
  worker.on("message", (answer: Answer) => {
    const asked = waiting.shift();
    if (answer.ok) asked?.resolve(answer.result);
    else asked?.reject(new FileProblem(answer.path, answer.problem));
  });
  // A thread ends by a bug only.
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  worker.on("error", end);
  worker.on("exit", (code) => {
    end(new Error(`A weighing thread ended with code ${code}.`));
  });
  return {
    compress: (task: Task) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        waiting.push({ resolve, reject });
        worker.postMessage(task);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}

/**
 * Where a thread's code is: the bundler puts it beside the program; the sources run on a Node that was given
 * `scripts/typescript.mjs`, for threads inherit the process's options.
 */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "worker.ts" : "weigh-worker.js", import.meta.url);
}
