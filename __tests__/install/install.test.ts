import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseRecord, recordHash } from "../../src/install/record.js";
import type { Resolution } from "../../src/model/resolution.js";
import { sitePackages } from "../../src/model/target.js";
import { byTarOrder, type TreeEntry } from "../../src/model/tree.js";
import type { InstalledDistribution } from "../../src/model/distribution.js";
import type { Context } from "../../src/ports.js";
import { allowed } from "../../src/sandbox/building.js";
import { run } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { content, digest, installOn, lockOf, makeWheel, named, openBench, resolve, type Bench } from "./support.js";

let bench: Bench;
let packages: string;
let flask: Resolution;

beforeAll(async () => {
  bench = await openBench();
  packages = sitePackages(bench.target.python.minor);
  // Wheels, a source archive (docopt), two that share a namespace (google) and extension modules.
  flask = await resolve(bench, "flask", "docopt", "google-auth", "protobuf");
});
afterAll(() => bench.close());

describe("a distribution as Heroku would lay it", () => {
  test("scripts, modules and bytecode, with all directories, in tar order", async () => {
    const installed = await installOn(bench, flask);
    expect(installed.map(({ name }) => name)).toEqual(flask.distributions.map(({ name }) => name));
    const { entries, unclaimed, measure, predicted, metadata, version } = named(installed, "flask");
    const paths = entries.map(({ path }) => path);
    const tag = `cpython-${bench.target.python.minor.replace(".", "")}`;
    expect(paths).toEqual(
      expect.arrayContaining([
        ".heroku/python/bin",
        ".heroku/python/bin/flask",
        packages,
        `${packages}/flask/app.py`,
        `${packages}/flask/__pycache__`,
        `${packages}/flask/__pycache__/app.${tag}.pyc`,
        `${packages}/flask/sansio/__pycache__/app.${tag}.pyc`,
        `${packages}/flask-${version}.dist-info/METADATA`,
      ]),
    );
    expect(entries).toEqual([...entries].sort(byTarOrder));
    expect(entries.find(({ path }) => path.endsWith("bin/flask"))).toMatchObject({ kind: "file", executable: true });
    expect({ unclaimed, measure, predicted }).toEqual({ unclaimed: [], measure: "measured", predicted: [] });
    expect(metadata.requires.some((line) => line.startsWith("werkzeug"))).toBe(true);
    expect(metadata.extras).toContain("dotenv");
    expect(named(installed, "docopt").measure).toBe("built");
    for (const { name, entries: own } of installed) {
      expect([name, own.filter(({ path }) => path.includes("uv_"))]).toEqual([name, []]);
    }
  });

  test("every RECORD is true, scripts name Heroku's Python, nothing names this machine", async () => {
    const context = await bench.context();
    for (const distribution of await installOn(bench, flask, {}, context)) {
      const record = parseRecord((await content(distribution, ".dist-info/RECORD")) ?? "");
      expect(record.length).toBeGreaterThan(3);
      for (const { path, hash, size } of record) {
        const bytes = await readFile(join(distribution.root, packages, path));
        if (hash !== "") expect([path, recordHash(bytes), bytes.length]).toEqual([path, hash, size]);
      }
      for (const { path, kind } of distribution.entries) {
        if (kind !== "file") continue;
        const bytes = await readFile(join(distribution.root, path));
        expect([path, bytes.includes(context.scratch)]).toEqual([path, false]);
        if (posix.dirname(path) === ".heroku/python/bin") {
          expect(bytes.toString().split("\n", 1)).toEqual(["#!/app/.heroku/python/bin/python"]);
        }
      }
    }
  });

  test("headers lie beside Python's own, for its own minor version and for another", async () => {
    const files = { "one.py": "", "one-1.0.data/headers/one.h": "#define ONE 1\n" };
    const lock = lockOf(await makeWheel(join(bench.root, "headers"), "one", { files }));
    const minor = bench.target.python.minor === "3.14" ? "3.13" : "3.14";
    const other = { target: { ...bench.target, python: { full: `${minor}.0`, minor } }, interpreter: null };
    for (const [python, options] of [[bench.target.python.minor, {}] as const, [minor, other] as const]) {
      const one = named(await installOn(bench, lock, options), "one");
      const include = one.entries.map(({ path }) => path).filter((path) => path.includes("/include"));
      const folder = `.heroku/python/include/python${python}`;
      expect(include).toEqual([".heroku/python/include", folder, `${folder}/one`, `${folder}/one/one.h`]);
      expect(one.unclaimed).toEqual([]);
      const record = parseRecord((await content(one, ".dist-info/RECORD")) ?? "");
      expect(record.map(({ path }) => path)).toContain(`../../../include/python${python}/one/one.h`);
    }
  });

  test("no file of uv's cache is touched, though they are shared", async () => {
    const cache = join(bench.root, "cache");
    const context = async (): Promise<Context> => ({
      ...(await bench.context()),
      env: { ...process.env, UV_CACHE_DIR: cache },
    });
    const wanted = flask.distributions.filter(({ name }) => name === "flask");
    const [first] = await installOn(bench, flask, { wanted }, await context());
    const before = await filesUnder(join(cache, "archive-v0"));
    expect(Object.keys(before).length).toBeGreaterThan(20);
    await installOn(bench, flask, { wanted }, await context());
    expect(await filesUnder(join(cache, "archive-v0"))).toEqual(before);
    // What was not changed is the cache's own file: were it a copy, this test would prove nothing.
    const shared = await stat(join(first?.root ?? "", packages, "flask/app.py"));
    expect(Object.values(before).some((line) => line.startsWith(`${shared.ino} `))).toBe(true);
  });
});

describe("the same bytes", () => {
  test("alone or among others, again, in another scratch directory", async () => {
    const together = await installOn(bench, flask);
    const again = await installOn(bench, flask, { wanted: flask.distributions.toReversed() });
    for (const name of ["flask", "protobuf", "docopt"]) {
      const distribution = named(together, name);
      const wanted = flask.distributions.filter((each) => each.name === name);
      const [alone] = await installOn(bench, flask, { wanted });
      const expected = await digest(distribution);
      expect(await digest(named(again, name))).toEqual(expected);
      expect(alone && (await digest(alone))).toEqual(expected);
    }
  });

  test("without the target's Python, all but the bytecode, which is predicted within its band", async () => {
    const compiled = await installOn(bench, flask);
    let off = 0;
    let band = 0;
    for (const distribution of await installOn(bench, flask, { interpreter: null })) {
      const full = named(compiled, distribution.name);
      const withoutBytecode = Object.entries(await digest(full)).filter(([path]) => !path.includes("__pycache__"));
      expect(await digest(distribution)).toEqual(Object.fromEntries(withoutBytecode));
      const real = full.entries.filter(({ path }) => path.endsWith(".pyc"));
      expect(distribution.predicted.map(({ path }) => path)).toEqual(real.map(({ path }) => path));
      expect(distribution.measure).toBe(
        real.length > 0 ? "estimated" : distribution.name === "docopt" ? "built" : "measured",
      );
      const added = (await packed(full, () => true)) - (await packed(full, ({ path }) => !path.endsWith(".pyc")));
      const predicted = distribution.predicted.reduce((total, { compressed }) => total + compressed, 0);
      off += predicted - added;
      band += distribution.predictedError;
    }
    expect(band).toBeGreaterThan(0);
    expect(Math.abs(off)).toBeLessThanOrEqual(band);
  });

  test("for another minor version than any that uv can run with", async () => {
    const other = bench.target.python.minor === "3.14" ? "3.13" : "3.14";
    const target = { ...bench.target, python: { full: `${other}.0`, minor: other } };
    const wheels = flask.distributions.filter(({ name }) => ["flask", "click", "google-auth"].includes(name));
    for (const { entries, predicted } of await installOn(bench, flask, { wanted: wheels, target, interpreter: null })) {
      const modules = entries.filter(({ path }) => path.endsWith(".py"));
      expect(modules.every(({ path }) => path.startsWith(`${sitePackages(other)}/`))).toBe(true);
      expect(predicted[0]?.path).toContain(`.cpython-${other.replace(".", "")}.pyc`);
    }
  });
});

describe("what lies over or among others' files", () => {
  test("two that own one file each have their own", async () => {
    const folder = join(bench.root, "overlap");
    const lock = lockOf(
      await makeWheel(folder, "one", { files: { "both/__init__.py": "x = 1\n", "both/one.py": "" } }),
      await makeWheel(folder, "two", { files: { "both/__init__.py": "x = 2\n# longer\n", "both/two.py": "" } }),
      await makeWheel(folder, "three", { files: { "three.py": "x = 3\n" } }),
    );
    const installed = await installOn(bench, lock);
    expect(await content(named(installed, "one"), "both/__init__.py")).toBe("x = 1\n");
    expect(await content(named(installed, "two"), "both/__init__.py")).toBe("x = 2\n# longer\n");
    expect(new Set(installed.map(({ root }) => root)).size).toBe(3);
    for (const { unclaimed, entries } of installed) {
      expect(unclaimed).toEqual([]);
      expect(entries.filter(({ path }) => path.endsWith(".pyc")).length).toBe(
        entries.some(({ path }) => path.endsWith("three.py")) ? 1 : 2,
      );
    }
  });

  test("a script that is the same in both is told of as if each were alone", async () => {
    const folder = join(bench.root, "script");
    const entry = (name: string) => ({
      files: {
        [`${name}.py`]: "",
        [`${name}-1.0.dist-info/entry_points.txt`]: "[console_scripts]\ngo = json.tool:main\n",
      },
    });
    const lock = lockOf(await makeWheel(folder, "one", entry("one")), await makeWheel(folder, "two", entry("two")));
    const installed = await installOn(bench, lock);
    expect(new Set(installed.map(({ root }) => root)).size).toBe(1);
    for (const distribution of installed) {
      const wanted = lock.distributions.filter(({ name }) => name === distribution.name);
      const [alone] = await installOn(bench, lock, { wanted });
      expect(await content(distribution, "/bin/go")).toMatch(/^#!\/app\/\.heroku\/python\/bin\/python\n/);
      expect(alone && (await digest(alone))).toEqual(await digest(distribution));
    }
  });

  test("an empty directory is left out, as pip leaves it out", async () => {
    const folder = join(bench.root, "empty");
    const lock = lockOf(
      await makeWheel(folder, "plain", { files: { "plain.py": "" } }),
      await makeWheel(folder, "hollow", { files: { "hollow.py": "" }, folders: ["hollow_data/deep"] }),
    );
    const installed = await installOn(bench, lock);
    expect(installed.flatMap(({ entries, unclaimed }) => [...entries, ...unclaimed])).not.toContainEqual(
      expect.objectContaining({ path: expect.stringContaining("hollow_data") }),
    );
    expect(new Set(installed.map(({ root }) => root)).size).toBe(1);
    const target = join(folder, "by-pip");
    const wheel = join(folder, "hollow-1.0-py3-none-any.whl");
    const library = await bench.tools.pipLibrary();
    const pip = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel];
    const { code } = await run(bench.python.path, pip, {
      env: { ...toolEnvironment(process.env), PYTHONPATH: library },
      signal: AbortSignal.timeout(60_000),
    });
    expect(code).toBe(0);
    expect(await readdir(target)).toEqual(expect.arrayContaining(["hollow.py"]));
    expect(await readdir(target)).not.toContain("hollow_data");
  });
});

describe("built from a directory", () => {
  test("an editable project leaves its path on a dyno, and the app as it was", async () => {
    const app = join(bench.root, "app");
    await mkdir(join(app, "lib/shop"), { recursive: true });
    await writeFile(join(app, "lib/shop/__init__.py"), "def main(): pass\n");
    await writeFile(
      join(app, "lib/pyproject.toml"),
      '[project]\nname = "shop"\nversion = "2.0"\ndependencies = ["six"]\n[project.scripts]\nshop = "shop:main"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    );
    const lock = lockOf('[[packages]]\nname = "shop"\ndirectory = { path = "lib", editable = true }');
    const before = await readdir(app, { recursive: true });
    const [first] = await installOn(bench, lock, { app, cutoff: "2026-10-01T00:00:00Z" });
    const [second] = await installOn(bench, lock, { app, cutoff: "2026-10-01T00:00:00Z" });
    expect(await readdir(app, { recursive: true })).toEqual(before);
    if (first === undefined || second === undefined) throw new Error("not installed");
    expect(await digest(second)).toEqual(await digest(first));
    expect(first).toMatchObject({ version: "2.0", measure: "built", metadata: { requires: ["six"] }, unclaimed: [] });
    expect(JSON.parse((await content(first, "direct_url.json")) ?? "")).toEqual({
      url: "file:///app/lib",
      dir_info: { editable: true },
    });
    const finder = (await content(first, "_finder.py")) ?? (await content(first, ".pth"));
    expect(finder).toContain("/app/lib");
    expect(first.entries.some(({ path }) => path.includes("/shop/"))).toBe(false);
  });

  test("a directory outside the app is refused", async () => {
    const lock = lockOf('[[packages]]\nname = "shop"\ndirectory = { path = "../elsewhere", editable = true }');
    await expect(installOn(bench, lock)).rejects.toMatchObject({ state: "invalid", step: "install" });
  });

  test("an editable repository is checked out into the slug, with its history, the same each time", async () => {
    const repository = join(bench.root, "repository");
    await mkdir(join(repository, "kit"), { recursive: true });
    await writeFile(join(repository, "kit/__init__.py"), "");
    await writeFile(
      join(repository, "pyproject.toml"),
      '[project]\nname = "kit"\nversion = "3.0"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    );
    const git = async (...args: string[]): Promise<string> => {
      const result = await run("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: repository,
        env: process.env,
        signal: new AbortController().signal,
      });
      expect(result).toMatchObject({ code: 0 });
      return result.stdout.toString().trim();
    };
    await git("init", "--quiet");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "Begin");
    const commit = await git("rev-parse", "HEAD");
    const source = { kind: "vcs", url: `file://${repository}`, commit, editable: true } as const;
    const resolution: Resolution = {
      ...lockOf(await makeWheel(join(bench.root, "unused"), "unused", { files: {} })),
      distributions: [{ name: "kit", version: null, source }],
    };
    const [first] = await installOn(bench, resolution);
    const [second] = await installOn(bench, resolution);
    if (first === undefined || second === undefined) throw new Error("not installed");
    expect(await digest(second)).toEqual(await digest(first));
    expect(first.unclaimed).toEqual([]);
    const paths = first.entries.map(({ path }) => path);
    expect(paths).toContain(".heroku/python/src/kit/kit/__init__.py");
    expect(paths).toContain(".heroku/python/src/kit/.git/index");
    expect(await content(first, "direct_url.json")).toContain("file:///app/.heroku/python/src/kit");
  });
});

describe("what can't be installed says why", () => {
  test("a file that is not the locked one", async () => {
    const made = await makeWheel(join(bench.root, "bad"), "bad", { files: { "bad.py": "" } });
    const lock = lockOf(made.replace(/sha256 = "../, 'sha256 = "00'));
    await expect(installOn(bench, lock)).rejects.toMatchObject({
      name: "SideError",
      state: "unweighable",
      step: "install",
      message: "bad could not be installed: a file is not the one that was locked.",
    });
  });

  test("a build that fails shows its last lines and whose it is, a build that is not allowed its remedy", async () => {
    const app = join(bench.root, "broken");
    await mkdir(app, { recursive: true });
    await writeFile(join(app, "setup.py"), 'raise SystemExit("libfoo.h is missing")\n');
    const lock = lockOf('[[packages]]\nname = "broken"\ndirectory = { path = "." }');
    const failure = await installOn(bench, lock, { app }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "broken could not be installed: its build failed." });
    expect(JSON.stringify(failure)).toContain("libfoo.h is missing");
    expect(JSON.stringify(failure)).not.toContain(bench.root);
    const docopt = {
      wanted: flask.distributions.filter(({ name }) => name === "docopt"),
      building: allowed("never", { kind: "here" }),
    };
    await expect(installOn(bench, flask, docopt)).rejects.toThrow("builds are off");
  });

  test("an index that is down, a wheel for another platform", async () => {
    const at = (path: string): Resolution =>
      lockOf(
        `[[packages]]\nname = "gone"\nversion = "1.0"\nwheels = [{ url = "http://127.0.0.1:9/${path}", hashes = { sha256 = "00" } }]`,
      );
    const env = { ...process.env, UV_HTTP_RETRIES: "0" };
    const context = { ...(await bench.context()), env };
    await expect(installOn(bench, at("gone-1.0-py3-none-any.whl"), {}, context)).rejects.toThrow(
      "the index could not be reached",
    );
    await expect(installOn(bench, at("gone-1.0-cp39-cp39-win_amd64.whl"), {}, context)).rejects.toThrow(
      "nothing usable for the target",
    );
  });

  test("a bomb is told of: some hundred kilobytes that unpack to hundreds of megabytes", async () => {
    const folder = join(bench.root, "bomb");
    await mkdir(folder);
    const wheel = join(folder, "bomb-1.0-py3-none-any.whl");
    const program = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as wheel:
    with wheel.open("bomb.bin", "w", force_zip64=True) as content:
        for _ in range(600): content.write(bytes(1024 * 1024))
    wheel.writestr("bomb-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: bomb\\nVersion: 1.0\\n")
    wheel.writestr("bomb-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("bomb-1.0.dist-info/RECORD", "bomb.bin,,\\n")
`;
    const signal = AbortSignal.timeout(100_000);
    await run(bench.python.path, ["-c", program, wheel], { env: process.env, signal });
    const { size } = await stat(wheel);
    const sha256 = createHash("sha256")
      .update(await readFile(wheel))
      .digest("hex");
    const url = pathToFileURL(wheel).href;
    const lock = lockOf(
      `[[packages]]\nname = "bomb"\nversion = "1.0"\nwheels = [{ url = "${url}", size = ${size}, hashes = { sha256 = "${sha256}" } }]\n`,
    );
    const installed = installOn(bench, lock);
    await expect(installed).rejects.toThrow(/^The wheel of bomb is hostile: its 0\.6 MiB unpack to 0\.6 GiB\.$/);
  });

  test("a script that would land outside is refused, and nothing lands there", async () => {
    const evil = {
      "evil-1.0.dist-info/entry_points.txt": "[console_scripts]\n../../../../evil = evil:run\n",
      "evil.py": "",
    };
    const lock = lockOf(await makeWheel(join(bench.root, "hostile"), "evil", { files: evil }));
    const context = await bench.context();
    await expect(installOn(bench, lock, {}, context)).rejects.toThrow(/The wheel of evil is hostile/);
    expect(existsSync(join(context.scratch, "evil"))).toBe(false);
  });

  test("a wheel with a file that climbs out of it is refused, every time, and nothing of it is written", async () => {
    const files = { "slip.py": "", "../../../../../slipped.py": "x" };
    const lock = lockOf(await makeWheel(join(bench.root, "slip"), "slip", { files, record: ["/etc/passwd"] }));
    const context = await bench.context();
    for (const _ of ["not yet in uv's cache", "in uv's cache"]) {
      await expect(installOn(bench, lock, {}, context)).rejects.toThrow(/The wheel of slip is hostile: .*slipped/);
    }
    expect((await readdir(context.scratch)).filter((name) => !name.startsWith("install-"))).toEqual([]);
  });

  test("an abort ends it", async () => {
    const context: Context = { ...(await bench.context()), signal: AbortSignal.abort(new Error("stop")) };
    await expect(installOn(bench, flask, {}, context)).rejects.toThrow("stop");
  });
});

/** Of every file under a directory its inode, time of change, mode and hash. */
async function filesUnder(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const file of (await readdir(folder, { recursive: true })).sort()) {
    const at = await stat(join(folder, file));
    if (!at.isFile()) continue;
    const hash = createHash("sha256").update(await readFile(join(folder, file)));
    files[file] = `${at.ino} ${at.mtimeMs} ${at.mode} ${hash.digest("hex")}`;
  }
  return files;
}

/** Bytes of the distribution's chosen files in a gzip'd tar, near enough: a header for each, and its content. */
async function packed(
  { root, entries }: InstalledDistribution,
  chosen: (entry: TreeEntry) => boolean,
): Promise<number> {
  const parts = entries.filter(chosen).map(async ({ path, kind }) => {
    const header = Buffer.alloc(512);
    header.write(path.slice(-100));
    return Buffer.concat([header, kind === "file" ? await readFile(join(root, path)) : Buffer.alloc(0)]);
  });
  return gzipSync(Buffer.concat(await Promise.all(parts))).length;
}
