/** How fast something goes on, and how long it still takes. */
export interface Pace {
  /** Units a second, of late; null before that can be told. */
  readonly rate: number | null;
  /** Seconds that are left; null before that can be told, or if nobody knows how much there is to do. */
  readonly left: number | null;
}

/** After so many milliseconds what was done counts a third. */
const MEMORY = 15_000;
/** A rate says nothing before so many milliseconds. */
const RATE_AFTER = 1000;
/** What is left is a guess before so many milliseconds. */
const LEFT_AFTER = 3000;
/** What was foretold stands until it is wrong by this share of what is left, and by so many seconds. */
const WRONG = { share: 0.25, seconds: 5 };

/** Watches one thing that goes on. Told often or seldom, it says about the same. */
export class Pacer {
  readonly #total: number | null;
  readonly #since: number;
  /** What was done, and in how many milliseconds; older work counts for less. */
  readonly #recent = { done: 0, time: 0 };
  #last: { readonly done: number; readonly at: number };
  /** The moment that all is expected to be done. */
  #end: number | null = null;

  /**
   * @param total null if nobody knows how much there is to do
   * @param since milliseconds, as in `at`
   */
  constructor(total: number | null, since: number) {
    this.#total = total;
    this.#since = since;
    this.#last = { done: 0, at: since };
  }

  /** @param done of all, so far */
  at(done: number, now: number): Pace {
    const time = now - this.#last.at;
    const kept = Math.exp(-time / MEMORY);
    this.#recent.done = this.#recent.done * kept + done - this.#last.done;
    this.#recent.time = this.#recent.time * kept + time;
    this.#last = { done, at: now };
    if (now - this.#since < RATE_AFTER || this.#recent.done <= 0) return { rate: null, left: null };
    const rate = (this.#recent.done / this.#recent.time) * 1000;
    return { rate, left: this.#left(done, rate, now) };
  }

  /** Counts down to a moment that is moved only where it turns out to be wrong: a number that jumps is not believed. */
  #left(done: number, rate: number, now: number): number | null {
    if (this.#total === null || done >= this.#total || now - this.#since < LEFT_AFTER) return null;
    const estimate = (this.#total - done) / rate;
    const foretold = this.#end === null ? null : (this.#end - now) / 1000;
    const error = foretold === null ? Infinity : Math.abs(estimate - foretold);
    if (foretold !== null && error <= Math.max(WRONG.seconds, WRONG.share * estimate)) return Math.max(0, foretold);
    this.#end = now + estimate * 1000;
    return estimate;
  }
}
