import { mib } from "../model/format.js";
import type { Activity, Progress } from "../ports.js";
import { columnsOf, shortened } from "../render/layout.js";
import { visible } from "../render/visible.js";
import { Pacer } from "./pace.js";

/** Standard output or standard error, as much of it as is used. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** How many columns there are to write to; null if it is no terminal, or one that does not know. */
export function widthOf({ isTTY, columns = 0 }: TerminalStream): number | null {
  return isTTY === true && columns > 0 ? columns : null;
}

export interface ProgressOptions {
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  readonly color: boolean;
}

interface Running {
  readonly title: string;
  readonly total: number | null;
  readonly unit: "bytes" | "count";
  readonly pacer: Pacer;
  done: number;
}

/** A line is drawn at most so often, in milliseconds, or the terminal flickers. */
const REDRAWN_EVERY = 100;
/** Of fewer things one is too unlike the next to tell of a rate. */
const ALIKE = 100;
/** Columns of a terminal that does not say how many it has. */
const COLUMNS = 80;

/**
 * Progress on a terminal: one line that is redrawn, for as many activities as it has room for; elsewhere (a file, a runner's log) a
 * line where an activity starts and one where it ends. Whatever comes from outside is made visible first.
 */
export function progressOn(stream: TerminalStream, options: ProgressOptions): Progress {
  return stream.isTTY === true ? redrawn(stream, options) : lineByLine(stream, options);
}

function redrawn(stream: TerminalStream, { now, color }: ProgressOptions): Progress {
  const running: Running[] = [];
  let drawn = false;
  let drawnAt = -Infinity;
  const clear = (): void => {
    if (drawn) stream.write("\r\u001b[2K");
    drawn = false;
  };
  const draw = (): void => {
    if (running.length === 0) return;
    // One column stays free: some terminals wrap when the last one is written.
    const line = lineOf(running, now(), (widthOf(stream) ?? COLUMNS) - 1);
    stream.write(`\r\u001b[2K${color ? `\u001b[2m${line}\u001b[0m` : line}`);
    drawn = true;
    drawnAt = now();
  };
  const stays = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
    draw();
  };
  return {
    start: (title, total = null, unit = "count") => {
      const activity: Running = { title: visible(title), total, unit, pacer: new Pacer(total, now()), done: 0 };
      running.push(activity);
      draw();
      return ending(activity, {
        advanced: () => {
          if (now() - drawnAt >= REDRAWN_EVERY) draw();
        },
        ended: (line) => {
          running.splice(running.indexOf(activity), 1);
          if (line === null) {
            clear();
            draw();
          } else stays(line);
        },
      });
    },
    note: (text) => {
      stays(visible(text, 500));
    },
  };
}

function lineByLine(stream: TerminalStream, { now }: ProgressOptions): Progress {
  const say = (line: string): void => void stream.write(`${line}\n`);
  return {
    start: (title, total = null, unit = "count") => {
      const activity: Running = { title: visible(title), total, unit, pacer: new Pacer(total, now()), done: 0 };
      say(`${activity.title} …`);
      return ending(activity, {
        advanced: () => undefined,
        ended: (line) => {
          if (line !== null) say(line);
        },
      });
    },
    note: (text) => {
      say(visible(text, 500));
    },
  };
}

interface Events {
  readonly advanced: () => void;
  /** @param line null if the end is not worth one */
  readonly ended: (line: string | null) => void;
}

/** An activity that ends once, however often it is told to. */
function ending(activity: Running, events: Events): Activity {
  let over = false;
  return {
    advance: (amount) => {
      if (over) return;
      activity.done += amount;
      events.advanced();
    },
    end: (result) => {
      if (over) return;
      over = true;
      events.ended(result === undefined ? null : `${activity.title}: ${visible(result)}`);
    },
  };
}

/**
 * What goes on, in at most so many columns, what started last first:
 * `Weighing the app's files 12.0 MiB of 46.0 MiB, 26 %, 3.1 MiB/s, about 10 s left | Installing six … (and 1 more)`.
 */
function lineOf(running: readonly Running[], at: number, width: number): string {
  const lines = running.map((activity) => linesOf(activity, at)).reverse();
  const full = lines.map(([longest]) => longest);
  for (let shown = full.length; shown > 0; shown--) {
    const more = full.length - shown;
    const text = full.slice(0, shown).join(" | ") + (more > 0 ? ` (and ${String(more)} more)` : "");
    if (columnsOf(text) <= width) return text;
  }
  const first = lines[0] ?? [];
  return shortened(first.find((line) => columnsOf(line) <= width) ?? first.at(-1) ?? "", width);
}

/** One activity, the longest form first; of what can be told of it, that goes first which says least. */
function linesOf({ title, total, unit, done, pacer }: Running, at: number): string[] {
  const parts: { readonly text: string; readonly worth: number }[] = [];
  const add = (text: string, worth: number): void => void parts.push({ text, worth });
  const amount = (value: number): string => (unit === "bytes" ? mib(value) : value.toLocaleString("en-US"));
  if (total !== null && total > 0) {
    const some = Math.min(done, total);
    add(`${amount(some)} of ${amount(total)}`, 2);
    add(`${String(Math.floor((some / total) * 100))} %`, 4);
  } else if (done > 0) add(amount(done), 4);
  const { rate, left } = pacer.at(done, at);
  if (unit === "bytes" || (total ?? 0) >= ALIKE) {
    if (rate !== null) add(unit === "bytes" ? `${mib(Math.round(rate))}/s` : `${perSecond(rate)}/s`, 1);
    if (left !== null) add(`about ${duration(left)} left`, 3);
  }
  if (parts.length === 0) return [`${title} …`];
  return [1, 2, 3, 4].map((worth) => {
    const kept = parts.filter((part) => part.worth >= worth);
    return `${title} ${kept.map(({ text }) => text).join(", ")}`;
  });
}

function perSecond(rate: number): string {
  return rate.toLocaleString("en-US", { maximumFractionDigits: rate < 10 ? 1 : 0 });
}

/** In steps that are no finer than it can be known, and up: `15 s`, `2 min`, `3 h`. */
function duration(seconds: number): string {
  const fives = Math.max(5, Math.ceil(seconds / 5) * 5);
  if (fives < 60) return `${String(fives)} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 90 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}
