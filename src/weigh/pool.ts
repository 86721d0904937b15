import { Worker } from "node:worker_threads";
import { FileProblem, type SegmentResult } from "./compress.js";
import type { Segment } from "./segments.js";

/** What a thread is asked. */
export interface Task {
  readonly root: string;
  readonly segment: Segment;
}

/** What a thread answers. */
export type Answer =
  | { readonly ok: true; readonly result: SegmentResult }
  | { readonly ok: false; readonly path: string; readonly problem: string };

interface Job {
  readonly task: Task;
  /** Jobs of one group are for nothing once one of them has failed. */
  readonly group: object;
  readonly resolve: (result: SegmentResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that compress segments, started as they are needed and kept until `close`. */
export class Pool {
  readonly #threads: number;
  readonly #queue: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  #ended: Error | null = null;

  /** @param threads how many at most */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /**
   * Compresses one segment.
   * @throws FileProblem
   */
  compress(task: Task, group: object): Promise<SegmentResult> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      this.#queue.push({ task, group, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads; what is unfinished fails with `reason`. */
  async close(reason: Error): Promise<void> {
    this.#ended ??= reason;
    for (const job of [...this.#busy.values(), ...this.#queue]) job.reject(this.#ended);
    const workers = [...this.#busy.keys(), ...this.#idle];
    this.#queue.length = 0;
    this.#idle.length = 0;
    this.#busy.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? (this.#busy.size < this.#threads ? this.#start() : undefined);
      if (!worker) return;
      const job = this.#queue.shift();
      if (!job) return;
      this.#busy.set(worker, job);
      worker.postMessage(job.task);
    }
  }

  #start(): Worker {
    const worker = new Worker(workerUrl());
    worker.on("message", (answer: Answer) => {
      const job = this.#busy.get(worker);
      if (!job) return; // closed meanwhile
      this.#busy.delete(worker);
      this.#idle.push(worker);
      if (answer.ok) job.resolve(answer.result);
      else this.#fail(job, new FileProblem(answer.path, answer.problem));
      this.#next();
    });
    // A thread ends by a bug only, after which nothing can be relied on.
    worker.on("error", (error: Error) => void this.close(error));
    worker.on("exit", (code) => {
      void this.close(new Error(`A weighing thread ended with code ${code}.`));
    });
    return worker;
  }

  #fail(job: Job, error: Error): void {
    job.reject(error);
    const others = this.#queue.filter((other) => other.group !== job.group);
    this.#queue.splice(0, this.#queue.length, ...others);
  }
}

/**
 * Where a thread's code is: the bundler puts it beside the program; the sources run on a Node that was given
 * `scripts/typescript.mjs`, for threads inherit the process's options.
 */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "worker.ts" : "weigh-worker.js", import.meta.url);
}
