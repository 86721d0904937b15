import { describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import type { Progress } from "../../src/ports.js";
import { wantsColor } from "../../src/terminal/color.js";
import { wantsDrawing } from "../../src/terminal/drawing.js";
import { progressOn } from "../../src/terminal/progress.js";

/** A stream that remembers, and a clock that the test sets. */
function recorded(isTTY: boolean, columns = 80): { progress: Progress; written: () => string; clock: { at: number } } {
  const clock = { at: 0 };
  let text = "";
  const stream = { isTTY, columns, write: (more: string) => (text += more) };
  return { progress: progressOn(stream, { now: () => clock.at, color: false }), written: () => text, clock };
}

/** What a terminal shows in the end, line by line. */
function screen(written: string): string[] {
  return written.split("\n").map((line) => line.split("\r\u001b[2K").at(-1) ?? "");
}

describe("in a log", () => {
  test("a line at the start, a line at the end, and no flood", () => {
    const { progress, written, clock } = recorded(false);
    const activity = progress.start("Installing", 1000, "count");
    for (let at = 0; at < 1000; at++) {
      clock.at += 50;
      activity.advance(1);
    }
    activity.end("46 distributions");
    activity.end("again");
    progress.note("\u001b[31mruntime.txt\nis deprecated");
    expect(written()).toBe("Installing …\nInstalling: 46 distributions\n{U+001B}[31mruntime.txt is deprecated\n");
  });
});

describe("on a terminal", () => {
  test("one line, redrawn: how far, how fast, what is left", () => {
    const { progress, written, clock } = recorded(true);
    const activity = progress.start("Fetching", 100 * MIB, "bytes");
    clock.at = 2000;
    activity.advance(10 * MIB);
    expect(screen(written())).toEqual(["Fetching 10.0 MiB of 100.0 MiB, 10 %, 5.0 MiB/s"]);
    clock.at = 4000;
    activity.advance(10 * MIB);
    expect(screen(written())).toEqual(["Fetching 20.0 MiB of 100.0 MiB, 20 %, 5.0 MiB/s, about 20 s left"]);
    activity.end("100.0 MiB");
    expect(screen(written())).toEqual(["Fetching: 100.0 MiB", ""]);
  });

  test("many small things have a rate; of a few large ones nobody knows when the next is done", () => {
    const line = (total: number): string => {
      const { progress, written, clock } = recorded(true);
      const activity = progress.start("Compiling", total);
      clock.at = 5000;
      activity.advance(total / 2);
      return screen(written()).at(-1) ?? "";
    };
    expect(line(8000)).toBe("Compiling 4,000 of 8,000, 50 %, 800/s, about 5 s left");
    expect(line(8)).toBe("Compiling 4 of 8, 50 %");
  });

  test("where there is little room, what says least goes first", () => {
    const line = (columns: number): string => {
      const { progress, written, clock } = recorded(true, columns);
      progress.start("Resolving");
      const activity = progress.start("Weighing the app's files", 1000 * MIB, "bytes");
      clock.at = 10_000;
      activity.advance(20 * MIB);
      return screen(written()).at(-1) ?? "";
    };
    expect(line(120)).toBe(
      "Weighing the app's files 20.0 MiB of 1,000.0 MiB, 2 %, 2.0 MiB/s, about 8 min left | Resolving …",
    );
    expect(line(96)).toBe(
      "Weighing the app's files 20.0 MiB of 1,000.0 MiB, 2 %, 2.0 MiB/s, about 8 min left (and 1 more)",
    );
    expect(line(80)).toBe("Weighing the app's files 20.0 MiB of 1,000.0 MiB, 2 %, about 8 min left");
    expect(line(60)).toBe("Weighing the app's files 2 %, about 8 min left");
    expect(line(40)).toBe("Weighing the app's files 2 %");
    expect(line(20)).toBe("Weighing the app's…");
    // A terminal that does not know how wide it is.
    expect(line(0)).toBe(line(80));
  });

  test("drawn so rarely that it does not flicker, and never wider than the terminal", () => {
    const { progress, written, clock } = recorded(true, 20);
    const activity = progress.start("A title that is far too long for this", 10_000);
    for (let at = 0; at < 1000; at++) {
      clock.at += 1;
      activity.advance(1);
    }
    expect(written().split("\r").length).toBeLessThan(15);
    for (const line of screen(written())) expect(line.length).toBeLessThan(20);
  });

  test("notes stay, and the line below goes on; two at once say so", () => {
    const { progress, written } = recorded(true);
    const outer = progress.start("Weighing the head");
    const inner = progress.start("Installing", 3);
    progress.note("No wheel for x: it is built.");
    expect(screen(written())).toEqual(["No wheel for x: it is built.", "Installing 0 of 3, 0 % | Weighing the head …"]);
    inner.end();
    expect(screen(written()).at(-1)).toBe("Weighing the head …");
    outer.end();
    expect(screen(written()).at(-1)).toBe("");
  });
});

describe("lines and bars", () => {
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ["a terminal in UTF-8", true, { LANG: "en_GB.UTF-8" }, true],
    ["as other systems write it", true, { LANG: "C.utf8" }, true],
    ["with a modifier", true, { LC_CTYPE: "ca_ES.UTF-8@valencia" }, true],
    ["a pipe", false, { LANG: "en_GB.UTF-8" }, false],
    ["another character set", true, { LANG: "de_DE.ISO-8859-1" }, false],
    ["no locale", true, {}, false],
    ["what is set for all wins", true, { LC_ALL: "C", LANG: "en_GB.UTF-8" }, false],
    ["what is empty is not set", true, { LC_ALL: "", LANG: "en_GB.UTF-8" }, true],
    ["a dumb terminal", true, { LANG: "en_GB.UTF-8", TERM: "dumb" }, false],
  ])("%s", (_, isTerminal, env, wanted) => {
    expect(wantsDrawing(isTerminal, env)).toBe(wanted);
  });
});

describe("colour", () => {
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ["a terminal", true, {}, true],
    ["a pipe", false, {}, false],
    ["a terminal that says no", true, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR says nothing", true, { NO_COLOR: "" }, true],
    ["a pipe that says yes", false, { FORCE_COLOR: "1" }, true],
    ["a terminal that forces none", true, { FORCE_COLOR: "0" }, false],
    ["both: no wins", false, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["a dumb terminal", true, { TERM: "dumb" }, false],
  ])("%s", (_, isTerminal, env, wanted) => {
    expect(wantsColor(isTerminal, env)).toBe(wanted);
  });
});
