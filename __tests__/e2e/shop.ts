/** A repository on a GitHub of one's own, with pull requests and workflows that really run. */
import { createCipheriv } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { zstdCompressSync } from "node:zlib";
import { pack } from "tar-stream";
import { z } from "zod";
import { jsonFilesIn } from "../../src/gather/archive.js";
import { REPORT_SCHEMA, type Report } from "../../src/model/report.js";
import { eventsOf, type Event } from "../github-fake/events.js";
import { startGitHub, type FakeGitHub } from "../github-fake/server.js";
import { ACTIONS_BOT, type Comment, type Pull, type WorkflowRun } from "../github-fake/state.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";
import { startResultsService, type ResultsService } from "../store/results-service.js";
import { startArtifacts } from "./artifacts.js";
import { newDirectory, runAct, type WorkflowResult } from "./act.js";
import { nameOf, tokenPermissions } from "./workflow.js";

const NAME = "acme/shop";
const ROOT = join(import.meta.dirname, "..", "..");

/** Files by path; null for one that is removed. */
export type Files = Readonly<Record<string, string | Buffer | null>>;

/** A small app. */
export const APP: Files = {
  ".python-version": "3.12\n",
  "requirements.txt": "itsdangerous==2.2.0\n",
  "app.py": "print('hello')\n",
};

/** The app with a distribution more, of some 160 KiB. */
export const WITH_CERTIFI: Files = { "requirements.txt": "itsdangerous==2.2.0\ncertifi==2025.10.5\n" };

/** Bytes that do not compress; the same for the same size. */
export function blob(size: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** Whose pull request it is. */
export type From = "own branch" | "fork" | "Dependabot";

export interface RunOptions {
  readonly workflow: string;
  readonly runId?: number;
  readonly attempt?: number;
  /** Replaces the job's token. */
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Directory of layers and tools; by default one that all tests share. */
  readonly cacheDir?: string;
}

export interface Ran extends WorkflowResult {
  readonly run: WorkflowRun;
  /** What it left behind, by name. */
  readonly artifacts: ReadonlyMap<string, Buffer>;
}

export interface ShopOptions {
  /** Apps by their directory; by default one at the top. */
  readonly apps?: Readonly<Record<string, Files>>;
  readonly private?: boolean;
  readonly enterprise?: boolean;
}

export interface Shop {
  readonly github: FakeGitHub;
  readonly cache: ResultsService;
  readonly events: ReturnType<typeof eventsOf>;
  /** Path of what is taken for Heroku's archive of Python. */
  readonly runtimeArchive: string;
  /** Commits to the main branch. */
  main(files: Files): string;
  /** A pull request with these changes. Its event is `opened`. */
  open(number: number, files: Files, from?: From): { readonly pull: Pull; readonly event: Event };
  /** Pushes to a pull request's branch, on top of what is there or, `force`, of main instead. Its event is `synchronize`. */
  push(number: number, files: Files, options?: { readonly force?: boolean }): Event;
  /** Runs a workflow by an event, and leaves its artifacts where GitHub has them. */
  run(event: Event, options: RunOptions): Promise<Ran>;
  /** The comments of a pull request that were written with a job's token. */
  comments(number: number): Comment[];
  /** A directory whose tools are those of all tests, and whose layers nobody's yet. */
  emptyCache(): string;
  close(): Promise<void>;
}

/** Opens a shop whose main branch holds the app. */
export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const { apps = { ".": APP }, private: hidden = false, enterprise = false } = options;
  const root = realpathSync(mkdtempSync(join(tmpdir(), "slugdiff-e2e-")));
  const github = await startGitHub({ enterprise });
  const cache = await startResultsService();
  const { state } = github;
  const directory = newRepository();
  const repository = state.addRepository(NAME, { git: directory, private: hidden });
  state.addRepository("stranger/shop", { fork: true });
  const action = copyAction(root);
  const uploads = await startArtifacts(NAME, state);
  const events = eventsOf(NAME, state, { api: github.apiUrl, server: github.serverUrl });
  const shared = join(process.env.SLUGDIFF_E2E_CACHE ?? root, "shared");
  let lastRun = 100;

  const main = (changes: Files): string => {
    git(directory, ["checkout", "--quiet", "-B", "main", ...(repository.branches.has("main") ? ["main"] : [])]);
    const sha = commit(directory, changes);
    repository.branches.set("main", sha);
    return sha;
  };
  const runtimeArchive = await writeRuntime(root);
  const settings = `cutoff = "2026-11-01T00:00:00Z"\nruntime-archive = ${JSON.stringify(runtimeArchive)}\n`;
  main(
    Object.fromEntries(
      Object.entries(apps).flatMap(([app, files]) =>
        Object.entries({ "slugdiff.toml": settings, ...files }).map(([path, content]) => [join(app, path), content]),
      ),
    ),
  );

  const merge = (number: number): void => {
    const pull = state.pull(NAME, number);
    const base = repository.branches.get("main") ?? "";
    const tree = git(directory, ["merge-tree", "--write-tree", base, pull.head.sha]);
    const sha = git(directory, ["commit-tree", "-m", "merge", "-p", base, "-p", pull.head.sha, tree]);
    git(directory, ["update-ref", `refs/pull/${number}/merge`, sha]);
    git(directory, ["update-ref", `refs/pull/${number}/head`, pull.head.sha]);
    pull.mergeCommit = sha;
    pull.base = { ...pull.base, sha: base };
  };

  const change = (number: number, from: string, changes: Files): string => {
    git(directory, ["checkout", "--quiet", "-B", `pull-${number}`, from]);
    const sha = commit(directory, changes);
    git(directory, ["checkout", "--quiet", "main"]);
    return sha;
  };

  const shop: Shop = {
    github,
    cache,
    events,
    runtimeArchive,
    main,
    open: (number, changes, from = "own branch") => {
      const user = { "own branch": "author", fork: "stranger", Dependabot: "dependabot[bot]" }[from];
      const repo = from === "fork" ? "stranger/shop" : NAME;
      const ref = from === "Dependabot" ? "dependabot/pip/six-1.17.0" : "patch-1";
      const pull = state.addPull(NAME, {
        number,
        user,
        head: { ref: `${ref}-${number}`, repo, sha: change(number, "main", changes) },
      });
      merge(number);
      return { pull, event: events.pullRequest(pull) };
    },
    push: (number, changes, { force = false } = {}) => {
      const pull = state.pull(NAME, number);
      const before = pull.head.sha;
      pull.head = { ...pull.head, sha: change(number, force ? "main" : before, changes) };
      if (force) state.forcePushed(NAME, number);
      merge(number);
      return events.pullRequest(pull, { action: "synchronize", before });
    },
    run: async (event, options) => {
      const { workflow, runId = ++lastRun, attempt = 1, env = {}, cacheDir = shared } = options;
      const { sha, head, pull } = subjectOf(event, shop);
      const trusted = pull === null || (pull.head.repo === NAME && pull.user !== "dependabot[bot]");
      const given = state.repository(NAME).runs.find(({ id }) => id === runId);
      const run =
        given ??
        state.addRun(NAME, {
          id: runId,
          name: nameOf(workflow),
          event: event.name,
          status: "in_progress",
          conclusion: null,
          head,
          pulls: pull !== null && pull.head.repo === NAME ? [pull.number] : [],
        });
      run.attempt = attempt;
      const token = options.token ?? `token-of-run-${runId}-${attempt}`;
      if (options.token === undefined) {
        state.addToken(token, { permissions: tokenPermissions(workflow, trusted || event.name === "workflow_run") });
      }
      const result = await runAct({
        scratch: newDirectory(root, "run"),
        workflow,
        event,
        git: directory,
        sha,
        fullName: NAME,
        actor: pull?.user ?? "author",
        token,
        actions: actionsUsed(workflow, action),
        env: {
          GITHUB_API_URL: github.apiUrl,
          GITHUB_GRAPHQL_URL: github.graphqlUrl,
          GITHUB_SERVER_URL: github.serverUrl,
          GITHUB_RUN_ID: String(runId),
          GITHUB_RUN_ATTEMPT: String(attempt),
          XDG_CACHE_HOME: cacheDir,
          E2E_ARTIFACTS_URL: uploads.url,
          ...cache.env("v2"),
          ...env,
        },
      });
      run.status = "completed";
      run.conclusion = result.succeeded ? "success" : "failure";
      const left = repository.artifacts.filter((artifact) => artifact.runId === runId);
      return { ...result, run, artifacts: new Map(left.map(({ name, zip }) => [name, zip] as const)) };
    },
    comments: (number) => repository.comments.filter(({ issue, user }) => issue === number && user === ACTIONS_BOT),
    emptyCache: () => {
      const directory = newDirectory(root, "cache");
      mkdirSync(join(directory, "slugdiff"));
      for (const path of [join("slugdiff", "tools"), "uv"]) {
        // No other test may have run yet, and no tool makes a directory where a link leads nowhere.
        mkdirSync(join(shared, path), { recursive: true });
        symlinkSync(join(shared, path), join(directory, path));
      }
      return directory;
    },
    close: async () => {
      await Promise.all([github.close(), cache.close(), uploads.close()]);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return shop;
}

const COMMIT = z.union([
  z
    .object({ merge_group: z.object({ head_sha: z.string() }) })
    .transform((group) => ({ sha: group.merge_group.head_sha })),
  z.object({ after: z.string() }).transform(({ after }) => ({ sha: after })),
]);

const PULL = z.object({
  pull_request: z.object({ merge_commit_sha: z.string(), head: z.object({ sha: z.string() }) }),
});

/** The commit that a run by an event is for, and what GitHub says of where it comes from. */
function subjectOf(
  { name, payload }: Event,
  { github }: Shop,
): { readonly sha: string; readonly head: WorkflowRun["head"]; readonly pull: Pull | null } {
  const { state } = github;
  const tip = state.repository(NAME).branches.get("main") ?? "";
  const main = { sha: tip, head: { ref: "main", sha: tip, repo: NAME }, pull: null };
  if (name === "pull_request" || name === "pull_request_target") {
    const pull = state.pull(NAME, Number(payload.number));
    // The merge commit of when it happened: a run that is late, or is started again, checks out that one.
    const { merge_commit_sha: sha, head } = PULL.parse(payload).pull_request;
    return { sha: name === "pull_request" ? sha : tip, head: { ...pull.head, sha: head.sha }, pull };
  }
  if (name === "merge_group" || name === "push") {
    const { sha } = COMMIT.parse(payload);
    return { sha, head: { ref: "main", sha, repo: NAME }, pull: null };
  }
  return main;
}

/** The action as its users get it: no sources, no dependencies. */
function copyAction(root: string): string {
  const copy = join(root, "action");
  for (const file of ["action.yml", "comment"]) cpSync(join(ROOT, file), join(copy, file), { recursive: true });
  const bundle = process.env.SLUGDIFF_DIST ?? join(ROOT, "dist");
  if (!existsSync(join(bundle, "main"))) throw new Error(`no bundle in ${bundle}`);
  symlinkSync(bundle, join(copy, "dist"));
  return copy;
}

/** Where the actions are that a workflow uses: this one, and what stands in for GitHub's own. */
function actionsUsed(workflow: string, own: string): Record<string, string> {
  const stub = (name: string): string => join(import.meta.dirname, "stubs", name);
  const known = new Map([
    ["slugdiff/slugdiff", own],
    ["actions/checkout", stub("checkout")],
    ["actions/upload-artifact", stub("upload-artifact")],
  ]);
  const used = [...workflow.matchAll(/\buses: *([\w-]+\/[\w-]+)(?:\/[\w-]+)?@([\w.]+)/g)];
  return Object.fromEntries(
    used.map(([, name = "", version = ""]) => {
      const directory = known.get(name);
      if (directory === undefined) throw new Error(`nothing stands in for ${name}`);
      return [`${name}@${version}`, directory];
    }),
  );
}

/** A runtime's archive that is small and at hand. */
async function writeRuntime(root: string): Promise<string> {
  const archive = join(root, "runtime.tar.zst");
  const tar = pack();
  tar.entry({ name: "bin/python3.12", mode: 0o755 }, "#!/bin/sh\n");
  tar.entry({ name: "lib/python3.12/os.py" }, "name = 'posix'\n");
  tar.finalize();
  writeFileSync(archive, zstdCompressSync(await buffer(tar)));
  return archive;
}

/** The reports in an artifact that a run left. */
export async function reportsIn(archive: Buffer | undefined): Promise<Report[]> {
  if (archive === undefined) throw new Error("the run left no such artifact");
  const files = await jsonFilesIn(archive, { entries: 1000, text: 1e8, left: 1e8 });
  return [...files.values()].map((text) => REPORT_SCHEMA.parse(JSON.parse(text)));
}

/** Every job of the run was green; if not, its log is the failure's message. */
export function green({ succeeded, log }: Ran): void {
  if (!succeeded) throw new Error(`the workflow failed:\n${log}`);
}

/** The run was red because of what was weighed, not by mishap. */
export function red({ succeeded, log, allOutputs }: Ran): void {
  const isJudged = allOutputs.some(({ name, value }) => name === "verdict" && value === "fail");
  if (succeeded || !isJudged) throw new Error(`the workflow was not red for its size:\n${log}`);
}

/** What a comment says of itself in its first line. */
const MARKER = z.object({
  key: z.string(),
  run: z.number(),
  head: z.string(),
  /** By app: compressed bytes of the head, and the delta. */
  apps: z.record(z.string(), z.tuple([z.number().nullable(), z.number().nullable()])),
});

/** The text of a comment without its last line, which links to the run, or to the pages that it left. */
export function withoutLinks(text: string): string {
  const shortened = text.replace(/\n\n\[[^\n]*\]\([^\n]*\)\n$/, "\n");
  if (shortened === text) throw new Error(`this comment links to nothing: ${text}`);
  return shortened;
}

/** The one comment of a pull request, as its marker and its text. */
export function oneComment(shop: Shop, number: number) {
  const comments = shop.comments(number);
  const [comment] = comments;
  if (comment === undefined || comments.length !== 1) throw new Error(`there are ${comments.length} comments`);
  const [first = "", ...lines] = comment.body.split("\n");
  const [, json = ""] = /^<!-- slugdiff (.*) -->$/.exec(first) ?? [];
  return { comment, marker: MARKER.parse(JSON.parse(json)), text: lines.join("\n") };
}
