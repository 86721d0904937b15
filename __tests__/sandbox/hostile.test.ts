import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { dress, PERSONAS, undress } from "./personas.js";
import {
  createScene,
  listen,
  mountsWith,
  processesWith,
  requireHostile,
  startWeighing,
  weighed,
  type Listener,
  type Scene,
} from "./support.js";

let listener: Listener;
let scene: Scene;
beforeAll(dress);
afterAll(undress);
beforeEach(async () => {
  listener = await listen();
});
afterEach(async () => {
  listener.close();
  await scene.remove();
});

const Loot = z.object({
  stage: z.string(),
  uid: z.tuple([z.number(), z.number(), z.array(z.number())]),
  environ: z.record(z.string(), z.string()),
  finds: z.array(z.unknown()),
  written: z.record(z.string(), z.string()),
  root: z.record(z.string(), z.string()),
  docker: z.array(z.string()),
  traced: z.string(),
  killed: z.string(),
  stray: z.string(),
  rubbish: z.string(),
});

/** Nothing is mounted, nothing runs, and what was there is as it was. */
async function expectNothingLeft(before: Record<string, string>, stray: string): Promise<void> {
  expect(await scene.fingerprint()).toEqual(before);
  expect(await processesWith(stray)).toEqual([]);
  expect(await mountsWith(scene.root)).toEqual([]);
  expect(await readdir(scene.temp)).toEqual([]);
}

describe.each(PERSONAS)("a hostile source archive, weighed by $title", (persona) => {
  beforeEach(async () => {
    scene = await createScene(persona, listener.url);
  });

  test("finds no secret, changes nothing, gains nothing and leaves nothing", async () => {
    const { stray } = await requireHostile(scene, listener);
    const before = await scene.fingerprint();

    expect(await weighed(scene)).toMatchObject([{ name: "hostile", version: "1.0" }]);

    const stages = listener.received.map((text) => Loot.parse(JSON.parse(text)));
    expect(new Set(stages.map(({ stage }) => stage))).toEqual(new Set(["metadata", "wheel"]));
    expect(listener.received.filter((text) => text.includes(scene.mark))).toEqual([]);
    for (const { environ, uid, written, root, traced, killed, docker, ...rest } of stages) {
      expect(rest).toMatchObject({ finds: [], stray: "STARTED", rubbish: "LEFT" });
      const names = Object.keys(environ);
      expect(names.filter((name) => /^(GITHUB|ACTIONS|RUNNER|INPUT|NETRC|DOCKER|DEPLOY)/.test(name))).toEqual([]);
      expect(uid.slice(0, 2)).not.toContain(0);
      expect(Object.values(written).filter((result) => result.includes("WRITTEN"))).toEqual([]);
      for (const [way, result] of Object.entries(root)) {
        expect([way, result]).toEqual([way, expect.stringMatching(/Error|^[1-9]\d* |^-1$/)]);
      }
      const contacts = [traced, killed, ...docker];
      expect(contacts.filter((result) => /^(TRACED|None|CONNECTED)$/.test(result))).toEqual([]);
    }
    await expectNothingLeft(before, stray);
    const cached = await readdir(join(scene.root, "uv-cache"), { recursive: true });
    expect(cached.filter((path) => path.includes("hostile"))).toEqual([]);
  });

  test("that never ends is ended with the run, and nothing is left", async () => {
    const { stray } = await requireHostile(scene, listener, { sleep: true });
    const before = await scene.fingerprint();
    const child = startWeighing(scene);
    const closed = once(child, "close");
    await listener.first;
    expect(await processesWith(stray)).not.toEqual([]);

    child.kill("SIGTERM");

    await Promise.all([closed, listener.gone]);
    await expectNothingLeft(before, stray);
  });

  test("dies with the run that is killed", async () => {
    const { stray } = await requireHostile(scene, listener, { sleep: true });
    const before = await scene.fingerprint();
    const child = startWeighing(scene);
    await listener.first;

    child.kill("SIGKILL");

    await listener.gone;
    // The last of them may still be on its way out.
    while ((await processesWith(stray)).length > 0) await setImmediate();
    expect(await mountsWith(scene.root)).toEqual([]);
    expect(await scene.fingerprint()).toEqual(before);
  });
});

describe("what a hostile build leaves in the place of files", () => {
  test.each([
    ["a link beside its modules", { ".heroku/python/lib/outward": "/" }],
    ["a link in the place of a directory", { ".heroku/python/include": "HOME" }],
    ["a link in the place of the root", { ".": "HOME" }],
  ])("%s is not followed", async (_, traps) => {
    const [persona] = PERSONAS;
    if (persona === undefined) throw new Error("nobody weighs");
    scene = await createScene(persona, listener.url);
    const home = scene.env.HOME ?? "";
    const targets = Object.fromEntries(Object.entries(traps).map(([path, to]) => [path, to.replace("HOME", home)]));
    const { stray } = await requireHostile(scene, listener, { traps: targets });
    const before = await scene.fingerprint();

    expect(await weighed(scene)).toMatchObject({ message: expect.stringContaining("hostile") });

    await expectNothingLeft(before, stray);
    expect((await readdir(home)).sort()).toEqual([".config", ".docker", ".git-credentials", ".netrc", ".ssh"]);
  });
});
