import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isGlob } from "../app/glob.js";
import type { Format } from "../config/commands.js";
import { fromArgv, type Invocation, type Run } from "../config/fromArgv.js";
import { helpText } from "../config/help.js";
import type { Given } from "../config/schema.js";
import { UserError } from "../errors.js";
import type { AppHistory } from "../history/rows.js";
import type { Report } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import { worst } from "../model/verdict.js";
import { compareApps } from "../pipeline/compare-apps.js";
import type { Result } from "../pipeline/compare.js";
import { findApps } from "../pipeline/find-apps.js";
import { weighHistory } from "../pipeline/history.js";
import { withSession, type SessionOptions } from "../pipeline/session.js";
import { createShared } from "../pipeline/shared.js";
import { compareWhatIf } from "../pipeline/what-if.js";
import type { Progress } from "../ports.js";
import { renderBadge } from "../render/badge.js";
import { renderGathered } from "../render/gathered.js";
import { renderHistoryMarkdown, renderHistoryText } from "../render/history.js";
import { renderHtml } from "../render/html.js";
import { jsonListPieces, jsonPieces, jsonText } from "../render/json.js";
import type { TextOptions } from "../render/layout.js";
import { renderTexts } from "../render/text.js";
import { visible, visibleLine } from "../render/visible.js";
import { renderWhy, whyIn } from "../render/why.js";
import { mapFor } from "../report/page-report.js";
import { mib } from "../model/format.js";
import { defaultCacheDir } from "../store/directory.js";
import { openStore } from "../store/store.js";
import { reportPage } from "../system/report-page.js";
import { redact, secretsOf } from "../system/redact.js";
import { ENDED, watchForEnd, type SignalSource } from "../system/signals.js";
import { systemErrorCode } from "../system/system-error.js";
import { VERSION } from "../version.js";
import { wantsColor } from "./color.js";
import { wantsDrawing } from "./drawing.js";
import { formatsOf, has, type Formats } from "./formats.js";
import { progressOn, widthOf, type TerminalStream } from "./progress.js";

/** What a command line is run with; `process` is one. */
export interface Terminal extends SignalSource {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit statuses: a pass or a warning, over a limit, not weighed or wrong usage. */
const STATUS = { pass: 0, warn: 0, fail: 1, indeterminate: 2 } as const;
const WRONG = 2;

/** Runs one command and gives its exit status. A bug is thrown, and keeps its stack. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const ending = watchForEnd(terminal);
  const { stderr, env } = terminal;
  const color = wantsColor(stderr.isTTY === true, env);
  const progress = progressOn(stderr, { now: () => performance.now(), color });
  try {
    return await runCommand(fromArgv(argv), terminal, progress, ending.signal);
  } catch (error) {
    const signal = ending.received();
    if (signal !== null) return ENDED[signal];
    if (!(error instanceof UserError)) throw error;
    stderr.write(redact(errorText(error), secretsOf(env)));
    return WRONG;
  } finally {
    ending.unwatch();
  }
}

async function runCommand(
  invocation: Invocation,
  terminal: Terminal,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const { stdout, env } = terminal;
  switch (invocation.command) {
    case "help":
      stdout.write(helpText(invocation.of));
      return 0;
    case "version":
      stdout.write(`slugdiff ${VERSION}\n`);
      return 0;
    case "store": {
      const directory = resolve(invocation.cacheDir ?? defaultCacheDir(env), "layers");
      const store = openStore(directory, {
        note: (text) => {
          progress.note(text);
        },
      });
      if (invocation.action === "clear") await store.clear();
      const { layers, bytes } = await store.stats().catch((error: unknown) => {
        const code = systemErrorCode(error);
        if (code === null) throw error;
        throw new UserError(`The layer store in ${directory} can't be read: ${code}.`, "Check its permissions.");
      });
      stdout.write(`${layers} layers, ${mib(bytes)}, in ${directory}\n`);
      return 0;
    }
    case "compare":
    case "weigh":
    case "why":
    case "what-if": {
      const { run } = invocation;
      const formats = formatsOf(invocation.command, run, stdout.isTTY === true);
      if (run.output !== null) await requireWritable(run.output);
      const template = has(formats, "html") ? await reportPage() : null;
      const apps = await weigh(invocation, formats, { env, progress, signal });
      const toShow = { invocation, apps, template };
      await deliver((format, options) => result(toShow, format, options), formats, run, terminal);
      return invocation.command === "why" ? 0 : STATUS[worst(apps.map(({ report }) => report.verdict.status))];
    }
    case "history": {
      const { run } = invocation;
      const formats = formatsOf(invocation.command, run, stdout.isTTY === true);
      if (run.output !== null) await requireWritable(run.output);
      const history = await tellHistory(invocation, { env, progress, signal });
      await deliver((format, options) => [historyText(history, format, options)], formats, run, terminal);
      return history.rows.some(({ state }) => state === "weighed") ? 0 : WRONG;
    }
  }
}

/** Writes a result, which is told in pieces, to standard output, and to the file that was asked for. */
async function deliver(
  piecesOf: (format: Format, options: TextOptions) => Iterable<string>,
  { shown, written }: Formats,
  { output }: Run,
  { stdout, env }: Terminal,
): Promise<void> {
  const isTerminal = stdout.isTTY === true;
  const options = {
    width: widthOf(stdout) ?? FILE_WIDTH,
    color: wantsColor(isTerminal, env),
    drawing: wantsDrawing(isTerminal, env),
  };
  for (const piece of piecesOf(shown, options)) stdout.write(piece);
  if (output !== null) await writeResult(output, piecesOf(written, { width: FILE_WIDTH, color: false }));
}

/** Columns of text that no terminal shows. */
const FILE_WIDTH = 120;

type Weighing = Extract<Invocation, { command: "compare" | "weigh" | "why" | "what-if" }>;

/** What the terminal has for a session. */
type Surroundings = Pick<SessionOptions, "env" | "progress" | "signal">;

function sessionOf(
  { given, run }: { readonly given: Given; readonly run: Run },
  surroundings: Surroundings,
): SessionOptions {
  return { repo: run.repo, cache: given.cache ?? true, cacheDir: run.cacheDir, ...surroundings };
}

function tellHistory(
  invocation: Extract<Invocation, { command: "history" }>,
  surroundings: Surroundings,
): Promise<AppHistory> {
  const { revision: named, last, given } = invocation;
  return withSession(sessionOf(invocation, surroundings), async (parts) => {
    const revision = await parts.repository.resolve(named ?? "HEAD");
    const [app, ...others] = await findApps(appsOf(given), [revision], parts.repository);
    if (app === undefined || others.length > 0) throw aboutOneApp("history", others.length + 1);
    return weighHistory({ app, revision, last, given, now: new Date() }, parts);
  });
}

function historyText(history: AppHistory, format: Format, options: TextOptions): string {
  switch (format) {
    case "text":
      return renderHistoryText(history, options);
    case "markdown":
      return renderHistoryMarkdown(history);
    case "json":
      return jsonText(history);
    case "html":
    case "badge":
      throw new Error(`a history has no ${format}`);
  }
}

/** An app that was weighed; its map only where a page is to be made. */
interface WeighedApp {
  readonly report: Report;
  readonly map: MapNode | null;
}

async function weigh(
  invocation: Weighing,
  formats: Formats,
  surroundings: Surroundings,
): Promise<readonly WeighedApp[]> {
  const { progress } = surroundings;
  const { given } = invocation;
  return withSession(sessionOf(invocation, surroundings), async (parts) => {
    const { repository } = parts;
    const named = invocation.command === "weigh" ? invocation.revision : given.head;
    const alone = invocation.command !== "compare";
    const [head, namedBase] = await Promise.all([
      repository.resolve(named ?? "HEAD"),
      alone || given.base === undefined ? null : repository.resolve(given.base),
    ]);
    const now = new Date();
    if (invocation.command === "what-if") {
      const [app, ...others] = await findApps(appsOf(given), [head], repository);
      if (app === undefined || others.length > 0) throw aboutOneApp("what-if", others.length + 1);
      const wished = { app, revision: head, wish: invocation.wish, given, now };
      return [weighedApp(await compareWhatIf(wished, createShared(parts)), 1, formats)];
    }
    const base = alone ? null : (namedBase ?? (await repository.defaultBase(head)));
    if (base !== null && given.base === undefined && base.sha === head.sha) {
      progress.note(
        `${head.ref} is in the default branch already, so nothing differs: name what to compare with by --base.`,
      );
    }
    const occasion = alone ? "push" : "comparison";
    const apps = await findApps(appsOf(given), base === null ? [head] : [base, head], repository);
    const about = invocation.command === "why" ? "why" : has(formats, "badge") ? "A badge" : null;
    if (about !== null && apps.length > 1) throw aboutOneApp(about, apps.length);
    return compareApps({ apps, base, head, occasion, given, now }, parts, (made) =>
      weighedApp(made, apps.length, formats),
    );
  });
}

function weighedApp(made: Result, apps: number, formats: Formats): WeighedApp {
  return { report: made.report, map: has(formats, "html") ? mapFor(made, apps) : null };
}

function aboutOneApp(what: string, apps: number): UserError {
  return new UserError(`${what} is about one app, and --app names ${String(apps)}.`, "Name one: --app DIR.");
}

function appsOf({ app }: Given): readonly string[] {
  return app ?? ["."];
}

/** Whether one app was asked for by its name, so that there is one report, however many a glob would find. */
function asksForOne(given: Given): boolean {
  const [first, ...others] = appsOf(given);
  return first !== undefined && others.length === 0 && !isGlob(first);
}

interface ToShow {
  readonly invocation: Weighing;
  readonly apps: readonly WeighedApp[];
  /** Null where no page is made. */
  readonly template: string | null;
}

/** What is printed or written, in pieces. */
function result({ invocation, apps, template }: ToShow, format: Format, options: TextOptions): Iterable<string> {
  const reports = apps.map(({ report }) => report);
  const [first] = reports;
  if (first === undefined) throw new Error("there is no report");
  if (invocation.command === "why") {
    const { name, run } = invocation;
    return [format === "json" ? jsonText(whyIn(first, name)) : renderWhy(first, name, run.tree, options)];
  }
  switch (format) {
    case "text":
      return [renderTexts(reports, options, invocation.command === "weigh" ? invocation.run.tree : null)];
    case "markdown":
      return [renderGathered(reports)];
    case "badge":
      return [renderBadge(first)];
    case "json":
      return asksForOne(invocation.given) ? jsonPieces(first) : jsonListPieces(reports);
    case "html": {
      if (template === null) throw new Error("no page was asked for");
      return [
        renderHtml(
          apps.flatMap(({ report, map }) => (map === null ? [] : [{ report, map }])),
          template,
        ),
      ];
    }
  }
}

async function writeResult(file: string, pieces: Iterable<string>): Promise<void> {
  try {
    await writeFile(file, pieces);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw unwritable(file, code);
  }
}

/** What can be known of an output before there is one, which may take minutes. Nothing is made or changed. */
async function requireWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true) throw unwritable(file, "EISDIR");
  try {
    // The dot: what it would be in must be a directory.
    await access(found === null ? `${dirname(file)}/.` : file, constants.W_OK);
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === null ? error : unwritable(file, code);
  }
}

function unwritable(file: string, code: string): UserError {
  return new UserError(
    `${file} can't be written: ${code}.`,
    code === "ENOSPC"
      ? "Free some space, or give --output a file elsewhere."
      : "Give --output a file in a directory that exists, and that you may write to.",
  );
}

/** One line and one hint, and under them the last words of the tool that failed. What comes from outside is made visible. */
function errorText({ message, hint, details }: UserError): string {
  const lines = [
    `slugdiff: ${visible(message, 500)}`,
    `Hint: ${visible(hint, 500)}`,
    ...details.map((line) => `  ${visibleLine(line)}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
