import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import {
  changes,
  CUTOFF,
  layer,
  openWorld,
  reportOf,
  repositoryOf,
  slugdiff,
  type Files,
  type World,
} from "./support.js";

const BEFORE = [
  "gunicorn==23.0.0",
  "packaging==25.0",
  "six==1.16.0",
  "httpx==0.28.1",
  "certifi==2025.10.5",
  "idna==3.11",
];
/** What somebody makes of it who does what was asked about. */
const AFTER = [...BEFORE.filter((each) => !/^(gunicorn|six)==/.test(each)), "waitress==3.0.2"];
const WISH = ["--replace", "gunicorn=waitress==3.0.2", "--without", "six"];

let world: World;
let cacheDir: string;
let repos: Record<PackageManagerName, string>;

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  const app = async (manager: PackageManagerName): Promise<readonly Files[]> =>
    Promise.all([world.app(manager, BEFORE), world.app(manager, AFTER)]);
  const [pip, uv, poetry, pipenv] = (await Promise.all(PACKAGE_MANAGERS.map(app))).map(
    (revisions) => repositoryOf(...revisions).path,
  );
  repos = { pip: pip ?? "", uv: uv ?? "", poetry: poetry ?? "", pipenv: pipenv ?? "" };
}, 240_000);
afterAll(() => {
  world.close();
});

const options = (repo: string): string[] => [
  ...["--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF, "--format", "json"],
];

describe.each(PACKAGE_MANAGERS)("with %s", (manager) => {
  test("what would be is what comes out when somebody does it", async () => {
    const repo = repos[manager];
    const asked = reportOf(await slugdiff(["what-if", "--head", "base", ...WISH, ...options(repo)]));
    const done = reportOf(await slugdiff(["weigh", "head", ...options(repo)]));
    expect(changes(asked)).toEqual(["added waitress", "removed gunicorn", "removed six"]);
    expect(asked.base.revision?.ref).toBe("base");
    expect(asked.head.revision).toEqual({ ref: "what-if", sha: null });
    const distributions = ({ head }: typeof asked): unknown =>
      head.layers
        .filter(({ kind }) => kind === "distribution")
        .map(({ name, version, weight }) => [name, version, weight]);
    expect(distributions(asked)).toEqual(distributions(done));
    // Written in the place of what it replaces.
    expect(layer(asked, "waitress").why).toEqual(layer(asked, "gunicorn", "base").why);
  });

  test("what only others require stays, unless the package manager can leave it out", async () => {
    const ran = await slugdiff(["what-if", "--head", "base", "--without", "h11", ...options(repos[manager])]);
    if (manager === "uv") {
      expect(changes(reportOf(ran))).toEqual(["removed h11"]);
    } else {
      expect(ran).toMatchObject({ status: 2, stdout: "" });
      expect(ran.stderr).toContain("h11 is not required by the app itself.\nHint: `slugdiff why h11`");
    }
  });

  test("another package manager brings and spares its own tools, and no distribution", async () => {
    const other = manager === "pipenv" ? "uv" : "pipenv";
    const ran = await slugdiff(["what-if", "--head", "base", "--package-manager", other, ...options(repos[manager])]);
    const report = reportOf(ran);
    expect([report.base.packageManager, report.head.packageManager]).toEqual([manager, other]);
    expect(report.diff.layers.filter(({ kind, delta }) => kind === "distribution" && delta.files !== 0)).toEqual([]);
    expect(changes(report)).not.toEqual([]);
  });
});

test("a replacement without a version has that of what it replaces, or the newest where there is none of it", async () => {
  const { path } = repositoryOf({
    "requirements.txt": "psycopg2==2.9.10\nsix==1.16.0\n",
    ".python-version": world.python,
  });
  const same = await slugdiff([
    "what-if",
    "--replace",
    "psycopg2=psycopg2-binary",
    "--builds",
    "never",
    ...options(path),
  ]);
  // The app as it is has no wheel of psycopg2, and nothing may be built: then that is what there is to say.
  expect(same.status).toBe(2);
  const report = reportOf(same);
  expect([report.base.state, report.head.state]).toEqual(["absent", "unweighable"]);

  const plain = repositoryOf({ "requirements.txt": "six==1.16.0\n", ".python-version": world.python }).path;
  const other = reportOf(await slugdiff(["what-if", "--replace", "six=idna", ...options(plain)]));
  expect(changes(other)).toEqual(["added idna", "removed six"]);
});

test("what can't be had is said of the side that would be, and the app as it is stands beside it", async () => {
  const ran = await slugdiff(["what-if", "--head", "base", "--with", "six==1.17.0", ...options(repos.pip)]);
  expect(ran.status).toBe(2);
  const report = reportOf(ran);
  expect([report.base.state, report.head.state]).toEqual(["weighed", "invalid"]);
  expect(report.head.problem?.message).toMatch(
    /^(?:requirements\.txt:\d+, )?--with six==1\.17\.0: .* can't be satisfied/,
  );
  const replaced = reportOf(
    await slugdiff(["what-if", "--head", "base", "--replace", "idna=h11==99", ...options(repos.pip)]),
  );
  expect(replaced.head.problem?.message).toMatch(/^(?:requirements\.txt:\d+, )?--replace idna=h11==99: /);
});

test.each([
  [[], "was not told what would be otherwise"],
  [["--replace", "gunicorn"], '--replace is not NAME=REQ: "gunicorn"'],
  [["--replace", "a=b; rm -rf /"], '--replace is no requirement: "b; rm -rf /"'],
  [["--without", "six==1"], '--without is no distribution\'s name: "six==1"'],
  [["--with", "=1.0"], '--with is no requirement: "=1.0"'],
  [["--package-manager", "conda"], "--package-manager"],
  [["--without", "nothing-of-the-kind"], "The app has no nothing-of-the-kind"],
])("%j is a mistake, told in a line and a hint", async (args, message) => {
  const ran = await slugdiff(["what-if", "--head", "base", ...args, ...options(repos.pip)]);
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toMatch(/slugdiff: .+\nHint: .+\n$/);
  expect(ran.stderr).toContain(message);
});
