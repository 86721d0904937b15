import type { SegmentResult } from "./compress.js";
import type { Segment } from "./segments.js";

/** A segment, and where its files are. */
export interface Task {
  readonly root: string;
  readonly segment: Segment;
}

/** Something that compresses one segment at a time, beside this thread. */
export interface Compressor {
  /** @throws FileProblem */
  compress(task: Task): Promise<SegmentResult>;
  /** Ends it; what it is at work on fails, or is never told of. */
  close(): Promise<void>;
}

interface Job {
  readonly task: Task;
  /** Jobs of one group are for nothing once one of them has failed. */
  readonly group: object;
  readonly resolve: (result: SegmentResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Compressors, started as they are needed and kept until `close`. */
export class Pool {
  readonly #most: number;
  readonly #start: () => Promise<Compressor>;
  readonly #queue: Job[] = [];
  readonly #idle: Promise<Compressor>[] = [];
  readonly #all: Promise<Compressor>[] = [];
  readonly #busy = new Set<Job>();
  #ended: Error | null = null;

  /** @param most how many at most */
  constructor(most: number, start: () => Promise<Compressor>) {
    this.#most = most;
    this.#start = start;
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
      const compressor = this.#idle.pop() ?? this.#another();
      if (compressor !== null) void this.#work(compressor);
    });
  }

  /** Ends the compressors; what is unfinished fails with `reason`. */
  async close(reason: Error): Promise<void> {
    this.#ended ??= reason;
    for (const job of [...this.#busy, ...this.#queue.splice(0)]) job.reject(this.#ended);
    const started = await Promise.allSettled(this.#all.splice(0));
    await Promise.all(started.flatMap((each) => (each.status === "fulfilled" ? each.value.close() : [])));
  }

  #another(): Promise<Compressor> | null {
    if (this.#all.length >= this.#most) return null;
    const compressor = this.#start();
    this.#all.push(compressor);
    return compressor;
  }

  /** Lets one compressor work until there is nothing left to do. */
  async #work(compressor: Promise<Compressor>): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#busy.add(job);
      try {
        job.resolve(await (await compressor).compress(job.task));
      } catch (error) {
        const { group, reject } = job;
        reject(error);
        this.#queue.splice(0, this.#queue.length, ...this.#queue.filter((other) => other.group !== group));
      }
      this.#busy.delete(job);
    }
    this.#idle.push(compressor);
  }
}
