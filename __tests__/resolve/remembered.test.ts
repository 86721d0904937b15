import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readRequirements } from "../../src/manifests/requirements-file.js";
import type { Lock, LockRequest } from "../../src/manifests/manifest.js";
import { select } from "../../src/resolve/select.js";
import { createAnswers } from "../../src/store/answers.js";
import { openStore, type LayerStore } from "../../src/store/store.js";
import type { Tools } from "../../src/tools/tools.js";
import { createWorld, type World } from "./support.js";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.remove());

async function newStore(): Promise<LayerStore> {
  const note = (text: string): void => {
    throw new Error(text);
  };
  return openStore(await mkdtemp(join(world.root, "store-")), { note });
}

/** One side of a run, with the store of all runs. */
function jobIn(app: string, store: LayerStore, answers = createAnswers(store)): LockRequest {
  const { target, interpreter } = world;
  return { app, target, python: interpreter, building: { kind: "here" }, cutoff: "2026-06-01T00:00:00Z", answers };
}

/** Tools that count how often our scripts are asked. */
function counting(): Tools & { asked(): number } {
  let count = 0;
  const helper: Tools["helper"] = () => {
    count++;
    return world.tools.helper();
  };
  return { ...world.tools, helper, asked: () => count };
}

describe("a requirements file that was read is not read again in another run", () => {
  const read = async (files: Readonly<Record<string, string>>): Promise<number> => {
    const store = await newStore();
    const tools = counting();
    const readings: string[] = [];
    for (let run = 0; run < 2; run++) {
      const app = await world.app(files);
      const file = await readRequirements("requirements.txt", null, jobIn(app, store), tools, world.context);
      readings.push(JSON.stringify(file).replaceAll(app, "."));
    }
    expect(readings[1]).toBe(readings[0]);
    return tools.asked();
  };

  test.each([
    ["names and versions", "flask==3.1.0\nclick>=8 ; python_version >= '3.8'  # a comment\n"],
    ["hashes", `flask==3.1.0 \\\n    --hash=sha256:${"a".repeat(64)}\n`],
    ["nothing", ""],
  ])("%s", async (_, text) => {
    expect(await read({ "requirements.txt": text })).toBe(1);
  });

  test.each([
    ["another file", { "requirements.txt": "flask\n-r more.txt\n", "more.txt": "" }],
    ["an index", { "requirements.txt": "--extra-index-url http://127.0.0.1:9/simple\nflask\n" }],
    ["a variable", { "requirements.txt": "flask ; platform_release != '${PATH}'\n" }],
    ["a directory", { "requirements.txt": "./lib\n", "lib/setup.py": "" }],
    ["what would be a file, were it there", { "requirements.txt": "flask.zip\n" }],
  ])("unless it depends on more: %s", async (_, files) => {
    expect(await read(files)).toBe(2);
  });
});

test("two sides share no reading that depends on more than the file's text", async () => {
  const store = await newStore();
  const answers = createAnswers(store);
  const names = ["flask", "django"].map(async (name) => {
    const app = await world.app({ "requirements.txt": "-r more.txt\n", "more.txt": name });
    const file = await readRequirements(
      "requirements.txt",
      null,
      jobIn(app, store, answers),
      world.tools,
      world.context,
    );
    return file.requirements.map((required) => required.name);
  });
  expect(await Promise.all(names)).toEqual([["flask"], ["django"]]);
});

test("what the target gets of a lock is selected once, unless the lock names a file of this machine", async () => {
  const store = await newStore();
  const tools = counting();
  const app = await world.app({});
  await writeFile(join(app, "one-1.0-py3-none-any.whl"), "");
  const lockOf = (where: string): Lock => ({
    pylock: `lock-version = "1.0"
created-by = "a test"
[[packages]]
name = "one"
version = "1.0"
wheels = [{ ${where}, hashes = { sha256 = "${"a".repeat(64)}" } }]
`,
    direct: [],
    loose: [],
    hashes: {},
    requireHashes: false,
    preinstalled: [],
    indexUrls: [],
    notes: [],
  });
  const asked = async (lock: Lock): Promise<number> => {
    const before = tools.asked();
    const [first, second] = [
      await select(lock, jobIn(app, store), tools),
      await select(lock, jobIn(app, store), tools),
    ];
    expect(first).toEqual(second);
    expect(first.map(({ name }) => name)).toEqual(["one"]);
    return tools.asked() - before;
  };
  expect(await asked(lockOf('url = "https://files.example/one-1.0-py3-none-any.whl"'))).toBe(1);
  expect(await asked(lockOf('path = "one-1.0-py3-none-any.whl"'))).toBe(2);
});
