import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/model/report.js";
import { readReport } from "../../src/gather/read-report.js";
import type { Actions } from "../../src/runner/actions.js";
import { runAction } from "../../src/runner/run.js";
import { runCommentAction } from "../../src/runner/comment.js";
import type { SignalSource } from "../../src/system/signals.js";
import type { Files } from "../acceptance/support.js";
import { emptyCache, PYTHON } from "../bad-input/support.js";
import { eventsOf, type Event } from "../github-fake/events.js";
import { startGitHub, type FakeGitHub } from "../github-fake/server.js";
import type { Comment, Pull } from "../github-fake/state.js";
import { commit, git, newRepository, temporary } from "../revisions/fixtures.js";

export const REPOSITORY = "acme/app";
export const LABEL = "slug-size-approved";

/** A directory for XDG_CACHE_HOME that knows no layer yet. */
export function emptyCacheHome(): string {
  const home = temporary();
  symlinkSync(emptyCache(), join(home, "slugdiff"));
  return home;
}

/** What one run of an action left. */
export interface Done {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Null if the job is green. */
  readonly failure: string | null;
  /** What was said, `error` and `warning` with the line that it is about. */
  readonly said: readonly { readonly level: string; readonly text: string; readonly at: string | null }[];
  readonly reports: readonly Report[];
  /** Names of what is left in RUNNER_TEMP beside the event's payload. */
  readonly left: readonly string[];
}

/** A repository on GitHub with an app at its top, and a pull request against it. */
export class Scene {
  #run = 100;
  readonly repository = newRepository();

  private constructor(
    readonly github: FakeGitHub,
    /** XDG_CACHE_HOME. */
    readonly cacheHome: string,
  ) {}

  /** @param cacheHome a cache that other scenes have used; default: one that knows nothing */
  static async open(files: Files = {}, cacheHome = emptyCacheHome()): Promise<Scene> {
    const scene = new Scene(await startGitHub(), cacheHome);
    scene.github.state.addRepository(REPOSITORY, { git: scene.repository });
    scene.github.state.addToken("job");
    scene.advanceMain({ ...PYTHON, "requirements.txt": "", ...files });
    return scene;
  }

  get comments(): readonly Comment[] {
    return this.github.state.repository(REPOSITORY).comments;
  }

  get events(): ReturnType<typeof eventsOf> {
    return eventsOf(REPOSITORY, this.github.state, { api: this.github.apiUrl, server: this.github.serverUrl });
  }

  /** Commits to main, and gives the commit's name. @param date of the commit; default: now */
  advanceMain(files: Files, date?: string): string {
    if (this.github.state.repository(REPOSITORY).branches.size > 0) git(this.repository, ["checkout", "-q", "main"]);
    const sha = commit(this.repository, files, date);
    this.github.state.repository(REPOSITORY).branches.set("main", sha);
    return sha;
  }

  /** Opens pull request 7 from a branch with these files, or pushes them to it. */
  push(files: Files, number = 7): Pull {
    const { state } = this.github;
    const branch = `feature-${String(number)}`;
    const known = state.repository(REPOSITORY).pulls.find((pull) => pull.number === number);
    git(this.repository, known ? ["checkout", "-q", branch] : ["checkout", "-q", "-b", branch, "main"]);
    const sha = commit(this.repository, files);
    const pull = known ?? state.addPull(REPOSITORY, { number, head: { ref: branch } });
    pull.head = { ...pull.head, ref: branch, sha };
    return pull;
  }

  /** Checks out what GitHub would: the merge commit of a pull request, with nothing but its own commit. */
  checkOutMerge(pull: Pull): string {
    git(this.repository, ["checkout", "-q", "--detach", "main"]);
    git(this.repository, ["merge", "-q", "--no-ff", "-m", "merge", pull.head.sha]);
    return this.#checkOut(git(this.repository, ["rev-parse", "HEAD"]));
  }

  /** Checks out a commit of main, and no other. */
  checkOutMain(sha: string): string {
    return this.#checkOut(sha);
  }

  checkOutHead(pull: Pull): string {
    return this.#checkOut(pull.head.sha);
  }

  #checkOut(commit: string): string {
    const workspace = join(temporary(), "workspace");
    git(temporary(), ["init", "-q", workspace]);
    git(workspace, ["remote", "add", "origin", `${this.github.serverUrl}/${REPOSITORY}`]);
    git(workspace, ["fetch", "-q", "--depth=1", this.repository, commit]);
    git(workspace, ["checkout", "-q", "--detach", commit]);
    return workspace;
  }

  /** The newest run id is the highest, unless another is given. */
  nextRun(): number {
    return ++this.#run;
  }

  /** Runs the action on a pull request as it is now. */
  async weigh(
    pull: Pull,
    options: Partial<RunOptions> & { readonly action?: Parameters<Scene["pullEvent"]>[1] } = {},
  ): Promise<Done> {
    const event = options.event ?? this.pullEvent(pull, options.action);
    return this.run(runAction, { workspace: this.checkOutMerge(pull), ...options, event });
  }

  pullEvent(pull: Pull, action?: NonNullable<Parameters<ReturnType<typeof eventsOf>["pullRequest"]>[1]>): Event {
    return this.events.pullRequest(pull, action);
  }

  /** Runs the comment action. */
  comment(options: Omit<RunOptions, "workspace">): Promise<Done> {
    return this.run(runCommentAction, {
      workspace: temporary(),
      ...options,
      inputs: { artifact: "slugdiff*", ...options.inputs },
    });
  }

  async run(action: typeof runAction, options: RunOptions): Promise<Done> {
    const { event, workspace, inputs = {}, run = this.nextRun(), attempt = 1, token = "job" } = options;
    const temp = temporary();
    const payload = join(temp, "event.json");
    writeFileSync(payload, JSON.stringify(event.payload));
    const env = {
      ...process.env,
      XDG_CACHE_HOME: this.cacheHome,
      RUNNER_TEMP: temp,
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SERVER_URL: this.github.serverUrl,
      GITHUB_API_URL: this.github.apiUrl,
      GITHUB_SHA: "f".repeat(40),
      GITHUB_RUN_ID: String(run),
      GITHUB_RUN_NUMBER: String(run),
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: payload,
      ACTIONS_RUNTIME_TOKEN: undefined,
      ...options.env,
    };
    const { actions, done } = recorder({ "github-token": token, ...inputs }, options.heard);
    await action(actions, env, options.signals ?? process);
    return { ...done(), left: readdirSync(temp).filter((name) => name !== "event.json") };
  }

  close(): Promise<void> {
    return this.github.close();
  }
}

export interface RunOptions {
  readonly event: Event;
  readonly workspace: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly run?: number;
  readonly attempt?: number;
  readonly token?: string;
  /** Variables of the job besides those of every job. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where signals come from; default: this process. */
  readonly signals?: SignalSource;
  /** Is told each line of the log as it is written. */
  readonly heard?: (line: string) => void;
}

/** Bytes that no compressor makes smaller. */
export function noise(bytes: number): Buffer {
  return randomBytes(bytes);
}

function recorder(
  inputs: Readonly<Record<string, string>>,
  heard: (line: string) => void = () => undefined,
): { actions: Actions; done: () => Omit<Done, "left"> } {
  const outputs: Record<string, string> = {};
  const said: { level: string; text: string; at: string | null }[] = [];
  let failure: string | null = null;
  let summary = "";
  const say =
    (level: string) =>
    (text: string | Error, properties?: { file?: string | undefined; startLine?: number | undefined }): void => {
      const at = properties?.file === undefined ? null : `${properties.file}:${String(properties.startLine)}`;
      said.push({ level, text: String(text), at });
      heard(String(text));
    };
  const noSummary = {
    addRaw: (text: string) => ((summary += text), noSummary),
    write: () => Promise.resolve(noSummary),
  };
  const actions = {
    getInput: (name: string) => inputs[name] ?? "",
    setOutput: (name: string, value: unknown) => {
      outputs[name] = String(value);
    },
    setFailed: (text: string | Error) => {
      failure = String(text);
    },
    setSecret: () => undefined,
    info: say("info"),
    notice: say("notice"),
    warning: say("warning"),
    error: say("error"),
    summary: noSummary,
  } as unknown as Actions;
  return {
    actions,
    done: () => ({
      outputs,
      said,
      summary,
      failure,
      reports: (outputs.report ?? "")
        .split("\n")
        .filter((path) => path !== "")
        .map((path) => readReport(readFileSync(path, "utf8"))),
    }),
  };
}
