import type { SegmentResult } from "./compress.js";
import type { Segment } from "./segments.js";

/** A segment, and where its files are. */
export interface Task {
  readonly root: string;
  readonly segment: Segment;
}

/** Something that compresses segments, one after the other, beside this thread. */
export interface Compressor {
  /**
   * May be called again before it has answered: the order is kept.
   * @throws FileProblem
   */
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

/** Tasks that a compressor is given at a time: while one is told of, it is at work on the next. */
const AHEAD = 2;

/** A compressor and how many jobs it has. */
interface Slot {
  readonly compressor: Promise<Compressor>;
  jobs: number;
}

/** Compressors, started as they are needed and kept until `close`. */
export class Pool {
  readonly #most: number;
  readonly #start: () => Promise<Compressor>;
  readonly #queue: Job[] = [];
  readonly #slots: Slot[] = [];
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
      const slot = this.#free();
      if (slot !== null) void this.#work(slot);
    });
  }

  /** Starts a first compressor, which takes a moment, for whoever needs it soon. */
  warmUp(): void {
    if (this.#ended === null && this.#slots.length === 0) this.#add();
  }

  /** Ends the compressors; what is unfinished fails with `reason`. */
  async close(reason: Error): Promise<void> {
    this.#ended ??= reason;
    for (const job of [...this.#busy, ...this.#queue.splice(0)]) job.reject(this.#ended);
    const started = await Promise.allSettled(this.#slots.splice(0).map(({ compressor }) => compressor));
    await Promise.all(started.flatMap((each) => (each.status === "fulfilled" ? each.value.close() : [])));
  }

  /** The compressor that has least to do, a new one if there may be one more; null if all have enough. */
  #free(): Slot | null {
    const [first] = [...this.#slots].sort((a, b) => a.jobs - b.jobs);
    if ((first === undefined || first.jobs > 0) && this.#slots.length < this.#most) {
      return this.#add();
    }
    return first !== undefined && first.jobs < AHEAD ? first : null;
  }

  #add(): Slot {
    const slot = { compressor: this.#start(), jobs: 0 };
    slot.compressor.catch(() => undefined); // Who gives it work is told.
    this.#slots.push(slot);
    return slot;
  }

  /** Lets a compressor work until there is nothing left to do. */
  async #work(slot: Slot): Promise<void> {
    slot.jobs++;
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#busy.add(job);
      try {
        job.resolve(await (await slot.compressor).compress(job.task));
      } catch (error) {
        const { group, reject } = job;
        reject(error);
        this.#queue.splice(0, this.#queue.length, ...this.#queue.filter((other) => other.group !== group));
      }
      this.#busy.delete(job);
    }
    slot.jobs--;
  }
}
