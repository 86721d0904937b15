import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { candidatesFor } from "../../src/advise/rules/index.js";
import { changed } from "../../src/manifests/changed.js";
import { manifestOf } from "../../src/resolve/resolve.js";
import { createWorld, type World } from "../resolve/support.js";
import { facts } from "./facts.js";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.remove());

const GPU = /^(?:nvidia-|cuda-|cupy|lib\w+-cu\d+$|rmm-|pylib\w+-cu\d+$)|-gpu|-cu\d+$/;

// What is too large to be installed in a test: it is resolved only, of what is on PyPI. Their weights are looked at in
// __tests__/acceptance/advice.test.ts, with wheels that the test makes.
test.each<[id: string, requirement: string, comes: string | null]>([
  ["faiss-cpu", "faiss-gpu-cu12==1.14.1.post1", "faiss-cpu"],
  ["faiss-cpu", "faiss-gpu-cu11==1.14.1.post1", "faiss-cpu"],
  ["paddlepaddle", "paddlepaddle-gpu==2.6.2", "paddlepaddle"],
  ["without-rapids", "cudf-cu12==26.4.0", null],
])(
  "%s: of %s, resolved again as the advice says, nothing is left that is for GPUs",
  async (id, requirement, comes) => {
    const sick = [requirement, "six==1.17.0"];
    const app = await world.app({ "requirements.txt": `${sick.join("\n")}\n` });
    const current = await world.resolve(app, "pip");
    const names = (resolution: typeof current): string[] => resolution.distributions.map(({ name }) => name);
    expect(names(current).filter((name) => GPU.test(name))).not.toEqual([]);

    const [candidate, ...others] = candidatesFor(facts("pip", sick));
    expect([candidate?.id, others]).toEqual([id, []]);
    if (candidate === undefined) throw new Error("there is no advice");
    const manifest = changed(current, manifestOf("pip"), candidate.change, "pip");
    const cured = names(await world.resolve(app, "pip", { manifest }));
    expect(cured.filter((name) => GPU.test(name))).toEqual([]);
    expect(cured).toEqual(expect.arrayContaining(["six", ...(comes === null ? [] : [comes])]));
  },
  120_000,
);
