import { EventEmitter } from "node:events";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { KIB } from "../../src/model/bytes.js";
import { noise, Scene, type Done } from "./support.js";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ "model.bin": noise(50 * KIB) });
});
afterAll(() => scene.close());

/** A cancelled job: SIGTERM comes when `when` says so. */
async function cancelled(start: (end: () => void) => Parameters<Scene["weigh"]>[1]): Promise<Done> {
  const signals = new EventEmitter();
  const pull = scene.push({ "model.bin": noise(200 * KIB) });
  const options = start(() => signals.emit("SIGTERM"));
  const done = await scene.weigh(pull, { ...options, signals });
  expect(signals.eventNames()).toEqual([]);
  return done;
}

test("a job that is cancelled while it weighs says so, and writes nothing", async () => {
  const done = await cancelled((end) => ({
    heard: (line) => {
      if (line.includes("Unpacking")) end();
    },
  }));
  expect(done.failure).toBe("Ended by SIGTERM before it was done.");
  expect(done.outputs).toEqual({});
  expect(done.left).toEqual([]);
  expect(scene.comments).toEqual([]);
});

test("a job that is cancelled while it comments leaves one whole comment or none", async () => {
  const done = await cancelled((end) => {
    scene.github.inject({ method: "POST", path: /comments/, before: end });
    return {};
  });
  expect(done.failure).toBe("Ended by SIGTERM before it was done.");
  expect(scene.comments.length).toBeLessThanOrEqual(1);
  // Of the result all that was written before is there.
  expect(done.reports).toHaveLength(1);
});
