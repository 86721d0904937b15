import { mib } from "../model/format.js";
import type { Activity, Progress } from "../ports.js";
import { shortened } from "../render/layout.js";
import { visible } from "../render/visible.js";

/** Standard output or standard error, as much of it as is used. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
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
  readonly since: number;
  done: number;
}

/** A line is drawn at most so often, in milliseconds, or the terminal flickers. */
const REDRAWN_EVERY = 100;
/** A rate says nothing before so many milliseconds. */
const RATE_AFTER = 1000;

/**
 * Progress on a terminal: one line that is redrawn, for the activity that started last; elsewhere (a file, a runner's log) a
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
    const current = running.at(-1);
    if (current === undefined) return;
    const others = running.length > 1 ? ` (and ${String(running.length - 1)} more)` : "";
    // One column stays free: some terminals wrap when the last one is written.
    const line = shortened(`${current.title}${how(current, now())}${others}`, (stream.columns ?? 80) - 1);
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
      const activity: Running = { title: visible(title), total, unit, since: now(), done: 0 };
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
      const activity: Running = { title: visible(title), total, unit, since: now(), done: 0 };
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

/** ` 12 of 46, 26 %, 3.1 MiB/s, 12 s left` */
function how({ total, unit, done, since }: Running, at: number): string {
  const parts: string[] = [];
  const amount = (value: number): string => (unit === "bytes" ? mib(value) : value.toLocaleString("en-US"));
  const seconds = (at - since) / 1000;
  const rate = at - since >= RATE_AFTER && done > 0 ? done / seconds : null;
  if (total !== null && total > 0) {
    parts.push(
      `${amount(Math.min(done, total))} of ${amount(total)}`,
      `${String(Math.floor((Math.min(done, total) / total) * 100))} %`,
    );
  } else if (done > 0) parts.push(amount(done));
  if (rate !== null && unit === "bytes") parts.push(`${mib(Math.round(rate))}/s`);
  if (rate !== null && total !== null && done < total) parts.push(`${duration((total - done) / rate)} left`);
  return parts.length === 0 ? " …" : ` ${parts.join(", ")}`;
}

function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 90 ? `${String(whole)} s` : `${String(Math.round(whole / 60))} min`;
}
