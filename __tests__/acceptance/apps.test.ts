import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import type { Report } from "../../src/model/report.js";
import { compareApps } from "../../src/pipeline/compare-apps.js";
import { compareApp } from "../../src/pipeline/compare.js";
import { findApps } from "../../src/pipeline/find-apps.js";
import type { Parts } from "../../src/pipeline/parts.js";
import { withSession } from "../../src/pipeline/session.js";
import { createShared } from "../../src/pipeline/shared.js";
import { SILENT, type Progress } from "../../src/ports.js";
import { clone, git } from "../revisions/fixtures.js";
import {
  changes,
  CUTOFF,
  openWorld,
  recorded,
  repositoryOf,
  reportOf,
  slugdiff,
  type Ran,
  type World,
} from "./support.js";

let world: World;
let repo: string;
let cacheDir: string;
const signal = new AbortController().signal;

/** Three services that share distributions, one that comes, one that goes, and what is no app. */
beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  const python = { ".python-version": `${world.python}\n` };
  const service = (name: string, requirements: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...python, "requirements.txt": requirements, "app.py": `print("${name}")\n` }).map(
        ([path, text]) => [`services/${name}/${path}`, text],
      ),
    );
  ({ path: repo } = repositoryOf(
    {
      ...service("api", "six==1.17.0\nidna==3.10\n"),
      ...service("jobs", "six==1.17.0\n"),
      ...service("old", "idna==3.10\n"),
      "services/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "1"\n',
      "services/README.md": "Services.\n",
      "tools/requirements.txt": "six==1.17.0\n",
      "tools/.python-version": `${world.python}\n`,
    },
    {
      ...service("api", "six==1.17.0\nidna==3.10\ncertifi==2025.1.31\n"),
      ...service("new", "six==1.17.0\ncertifi==2025.1.31\n"),
      ...Object.fromEntries(
        [".python-version", "requirements.txt", "app.py"].map((path) => [`services/old/${path}`, null]),
      ),
    },
  ));
});
afterAll(() => {
  world.close();
});

async function inSession<T>(
  work: Parameters<typeof withSession<T>>[1],
  { directory = repo, progress = SILENT, env = {} }: { directory?: string; progress?: Progress; env?: object } = {},
): Promise<T> {
  const options = { repo: directory, cache: true, cacheDir, progress, env: { ...process.env, ...env }, signal };
  return withSession(options, work);
}

const found = (patterns: readonly string[], directory = repo): Promise<readonly string[]> =>
  inSession(
    async ({ repository }) => {
      const revisions = [await repository.resolve("base"), await repository.resolve("head")];
      return findApps(patterns, revisions, repository);
    },
    { directory },
  );

describe("which apps there are", () => {
  test("a path stands for itself, a glob for what has a package manager's file on either side, each once", async () => {
    expect(await found(["tools", "services/*", "services/api", "nowhere"])).toEqual([
      "tools",
      "services/api",
      "services/jobs",
      "services/new",
      "services/old",
      "nowhere",
    ]);
    expect(await found(["**"])).toHaveLength(5);
    expect(await found(["{tools,services/{n,o}*}"])).toEqual(["services/new", "services/old", "tools"]);
  });

  test("on disk it is what is tracked there", async () => {
    const directory = clone(repo, "--branch=head");
    for (const name of ["added", "untracked"]) {
      mkdirSync(join(directory, "services", name));
      writeFileSync(join(directory, "services", name, "requirements.txt"), "six==1.17.0\n");
    }
    git(directory, ["add", "services/added"]);
    const apps = await inSession(
      async ({ repository }) => findApps(["services/*"], [await repository.resolve("worktree")], repository),
      { directory },
    );
    expect(apps).toEqual(["services/added", "services/api", "services/jobs", "services/new"]);
  });

  test("a glob that finds nothing, or is none, is a mistake", async () => {
    await expect(found(["tools", "apps/*"])).rejects.toMatchObject({
      name: "UserError",
      message: 'No app matches "apps/*" at base or head.',
    });
    await expect(found(["services/shared*"])).rejects.toThrow("No app matches");
    await expect(found(["services/[a"])).rejects.toThrow("is not a glob");
    await expect(found(Array.from({ length: 501 }, (_, at) => `a${String(at)}`))).rejects.toThrow("more than 500");
  });

  test.each(["--depth=1", "--filter=tree:0", "--filter=blob:none"])("in a clone with %s", async (option) => {
    const directory = clone(repo, option, "--no-checkout", "--branch=head");
    const [base, head] = ["base", "head"].map((name) => git(repo, ["rev-parse", name]));
    const { progress, titles } = recorded();
    const reports = await inSession(
      async ({ repository, ...parts }) => {
        const revisions = await Promise.all([repository.resolve(base ?? ""), repository.resolve(head ?? "")] as const);
        const apps = await findApps(["services/*"], revisions, repository);
        expect(apps).toHaveLength(4);
        await repository.prepare(revisions, apps);
        return parts;
      },
      { directory, progress },
    );
    expect(reports).toBeDefined();
    // Which apps there are can take one request, what they hold another.
    expect(titles.filter((title) => title.startsWith("Fetching")).length).toBeLessThanOrEqual(2);
  });
});

describe("a monorepo", () => {
  let ran: Ran;
  let reports: readonly Report[];
  const compare = (...more: string[]): Promise<Ran> =>
    slugdiff(["compare", "--base", "base", "--head", "head", "--repo", repo, "--cutoff", CUTOFF, ...more]);
  beforeAll(async () => {
    const apps = ["--app", "services/*", "--app", "tools"];
    ran = await compare(...apps, "--cache-dir", cacheDir, "--format", "json");
    reports = reportsOf(ran);
  }, 240_000);

  test("has one report for each app, in their order, all as of the same moment", () => {
    expect(ran.status).toBe(0);
    expect(reports.map(({ app, base, head }) => `${app}: ${base.state}, ${head.state}`)).toEqual([
      "services/api: weighed, weighed",
      "services/jobs: weighed, weighed",
      "services/new: absent, weighed",
      "services/old: weighed, absent",
      "tools: weighed, weighed",
    ]);
    expect(reports.slice(0, 2).map(changes)).toEqual([["added certifi"], []]);
    expect(new Set(reports.map(({ cutoff }) => cutoff)).size).toBe(1);
  });

  test("installs each distribution once for all of them", () => {
    const installs = [...ran.stderr.matchAll(/: Installing (.*) …$/gm)].map((match) => match[1] ?? "").join();
    for (const name of ["six", "idna", "certifi", "pip", "setuptools"]) {
      expect(installs.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).toHaveLength(1);
    }
  });

  test("of the reports each is the one that the app has by itself", async () => {
    const alone = reportOf(await compare("--app", "services/api", "--cache-dir", cacheDir, "--format", "json"));
    expect(timeless(alone)).toEqual(timeless(reports[0]));
  });

  test("in words: the reports one below the other, and the total", async () => {
    const output = join(world.root, "comment.md");
    const text = await compare("--app", "services/*", "--cache-dir", cacheDir, "--limit", "1M", "--output", output);
    expect(text.status).toBe(1);
    for (const app of ["api", "jobs", "new", "old"]) expect(text.stdout).toContain(`\nSlug of services/${app} `);
    expect(text.stdout).toMatch(
      /\n\nTOTAL\n4 slugs [+−][^:]+iB: 2 fail, services\/jobs has a warning; [\d.]+ MiB( ± [\d.]+ MiB)? in all\n$/,
    );
    expect(readFileSync(output, "utf8")).toMatch(/^### 🔴 4 slugs /);
  });

  test("an app of which the head can't be weighed makes the run red, and the others are weighed", async () => {
    const broken = repositoryOf(
      { "a/requirements.txt": "six==1.17.0\n", "b/requirements.txt": "", "b/.python-version": `${world.python}\n` },
      { "a/uv.lock": "", "b/.python-version": `${world.python}\n`, "b/x.py": "" },
    ).path;
    const options = ["--repo", broken, "--cutoff", CUTOFF, "--cache-dir", cacheDir, "--format", "json"];
    const weighed = await slugdiff(["compare", "--base", "base", "--head", "head", "--app", "a,b", ...options]);
    expect(weighed.status).toBe(2);
    expect(reportsOf(weighed).map(({ verdict }) => verdict.status)).toEqual(["indeterminate", "pass"]);
  });

  test("an app that is nowhere is a mistake, told before any is weighed; why and a badge are about one", async () => {
    const nowhere = await compare("--app", "services/api,services/apii", "--cache-dir", world.emptyCache());
    expect(nowhere).toMatchObject({ status: 2, stdout: "" });
    expect(nowhere.stderr).toMatch(
      /^slugdiff: There is no Python app in "services\/apii" at head or base\.\nHint: .*\n$/,
    );
    const why = await slugdiff(["why", "six", "--repo", repo, "--head", "head", "--app", "services/*"]);
    expect(why.stderr).toMatch(/^slugdiff: why is about one app, and --app names 3\.\nHint: /);
    const options = ["--repo", repo, "--app", "services/*", "--cache-dir", world.emptyCache()];
    for (const badge of [
      ["--format", "badge"],
      ["--output", join(world.root, "badge.svg")],
    ]) {
      const many = await slugdiff(["weigh", "head", ...options, ...badge]);
      expect(many).toMatchObject({ status: 2, stdout: "" });
      expect(many.stderr).toMatch(/^slugdiff: A badge is about one app, and --app names 3\.\nHint: /);
    }
  });

  test("leaves nothing of an app on the disk while others are weighed", async () => {
    await inSession(async (parts) => {
      const [base, head] = [await parts.repository.resolve("base"), await parts.repository.resolve("head")];
      const request = { base, head, occasion: "comparison" as const, given: { cutoff: CUTOFF }, now: new Date() };
      const store = { ...parts.store, get: () => Promise.resolve(null), put: () => Promise.resolve() };
      await compareApps({ ...request, apps: ["services/api", "services/new"] }, { ...parts, store }, () => null);
      const left = readdirSync(parts.context.scratch, { recursive: true, encoding: "utf8" });
      expect(left.filter((path) => /(^|\/)app-\w{6}|site-packages/.test(path))).toEqual([]);
    });
  });
});

describe("an app that is the same on both sides", () => {
  test("is weighed once, and has the report that weighing it twice gives", async () => {
    await inSession(async (parts) => {
      const checkedOut: string[] = [];
      const repository = {
        ...bound(parts.repository),
        checkOut: (...args: Parameters<Parts["repository"]["checkOut"]>) => {
          checkedOut.push(args[0].ref);
          return parts.repository.checkOut(...args);
        },
      };
      const [base, head] = [await repository.resolve("base"), await repository.resolve("head")];
      // Git has no name for the files on disk, so that they can't be known to be the same.
      const worktree = await repository.resolve("worktree");
      const request = { app: "services/jobs", base, occasion: "comparison" as const, now: new Date(0) };
      const given = { cutoff: CUTOFF };
      const once = await compareApp({ ...request, given, head }, createShared({ ...parts, repository }));
      expect(checkedOut).toEqual(["head"]);
      const twice = await compareApp({ ...request, given, head: worktree }, createShared({ ...parts, repository }));
      expect(checkedOut).toEqual(["head", "worktree", "base"]);
      const revision = { ref: "worktree", sha: null };
      expect({ ...timeless(once.report), head: { ...once.report.head, revision } }).toEqual(timeless(twice.report));
      expect(once.report.base.revision).toEqual(base);
    });
  });
});

function reportsOf({ stdout, stderr }: Ran): Report[] {
  if (stdout === "") throw new Error(stderr);
  const reports = z.array(z.unknown()).parse(JSON.parse(stdout));
  return reports.map((report) => reportOf({ stdout: JSON.stringify(report), stderr: "" }));
}

function timeless(report: Report | undefined): Partial<Report> {
  return { ...report, timings: {}, notes: [] };
}

/** The repository's methods as properties of their own, to be exchanged one by one. */
function bound(repository: Parts["repository"]): Parts["repository"] {
  return {
    resolve: repository.resolve.bind(repository),
    defaultBase: repository.defaultBase.bind(repository),
    firstParent: repository.firstParent.bind(repository),
    firstParents: repository.firstParents.bind(repository),
    prepare: repository.prepare.bind(repository),
    list: repository.list.bind(repository),
    checkOut: repository.checkOut.bind(repository),
  };
}
