import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { SILENT, type Context } from "../../src/ports.js";
import { Interpreters, type Interpreter } from "../../src/python/interpreters.js";
import { confinement } from "../../src/quantise/confined.js";
import { temporary } from "../revisions/fixtures.js";

/** What a model could do when it is loaded: look around, call out, and write. */
const MODEL_CODE = `
import json, os, socket, sys
def able(work):
    try: work()
    except OSError: return False
    return True
secret, own = sys.argv[1:]
print(json.dumps({
    "secrets": [name for name, value in os.environ.items() if "planted" in value],
    "reads": able(lambda: open(secret)),
    "writes": able(lambda: open(own, "w")),
    "calls": able(lambda: socket.create_server(("127.0.0.1", 0)) and socket.create_connection(("192.0.2.1", 9), 0.2)),
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
}))
`;

let root: string;
let context: Context;
let python: Interpreter;
let script: string;
beforeAll(async () => {
  root = temporary();
  const [scratch, toolsDir] = [join(root, "scratch"), join(root, "tools")];
  await mkdir(scratch);
  const env = { ...process.env, DATABASE_URL: "planted", GITHUB_TOKEN: "planted" };
  context = { scratch, progress: SILENT, signal: new AbortController().signal, env, toolsDir };
  const found = await new Interpreters(context).findAny("3.10");
  if (found === null) throw new Error("these tests need a Python");
  python = found;
  script = join(scratch, "model.py");
  await writeFile(script, MODEL_CODE);
  await writeFile(join(root, "secret"), "planted");
});

async function loaded(env: Context["env"]): Promise<{ where: string; could: unknown }> {
  const place = await confinement({ ...context, env });
  const work = join(temporary(), "work");
  await mkdir(work);
  const args = [join(root, "secret"), join(work, "result")];
  const ran = await place.run({ python, options: ["-I"], script, args, work, readable: [] });
  expect(ran).toMatchObject({ code: 0 });
  return { where: place.where, could: JSON.parse(ran.stdout.toString()) };
}

test("in the sandbox a model finds nothing, reaches nobody, and writes in its directory alone", async () => {
  const { where, could } = await loaded(context.env);
  expect(where).toBe("in a sandbox without network");
  expect(could).toEqual({ secrets: [], reads: false, writes: true, calls: false, interfaces: ["lo"] });
});

test("where there is no sandbox that is said, and a model still gets no credentials by its environment", async () => {
  // Nothing of what a sandbox takes is on this PATH.
  const { where, could } = await loaded({ ...context.env, PATH: dirname(script) });
  expect(where).toBe("with your own rights, as this machine has no sandbox");
  expect(could).toMatchObject({ secrets: [], reads: true, writes: true });
});

/** Works for as long as it is let, and shows that it does. */
const ENDLESS = `
import sys, time
beat = 0
while True:
    beat += 1
    with open(sys.argv[1], "w") as file: file.write(str(beat))
    time.sleep(0.01)
`;

test.each([
  ["in the sandbox", (env: Context["env"]) => env],
  ["without one", (env: Context["env"]) => ({ ...env, PATH: dirname(script) })],
])("a run that is stopped leaves nothing at work %s", async (_, change) => {
  const stopped = new AbortController();
  const place = await confinement({ ...context, env: change(context.env), signal: stopped.signal });
  const work = join(temporary(), "work");
  await mkdir(work);
  const endless = join(context.scratch, "endless.py");
  await writeFile(endless, ENDLESS);
  const beat = join(work, "beat");
  const running = place.run({ python, options: ["-I"], script: endless, args: [beat], work, readable: [] });
  const ended = expect(running).rejects.toThrow("stopped by the test");
  while (!(await readFile(beat, "utf8").catch(() => ""))) await pause(20);
  stopped.abort(new Error("stopped by the test"));
  await ended;
  const last = await readFile(beat, "utf8");
  await pause(300);
  expect(await readFile(beat, "utf8")).toBe(last);
});
