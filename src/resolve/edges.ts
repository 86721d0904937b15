import { z } from "zod";
import type { DistributionMetadata } from "../model/distribution.js";
import type { Edge, Resolution } from "../model/resolution.js";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Answers } from "../store/answers.js";
import type { Tools } from "../tools/tools.js";
import { markerEnvironment } from "./environment.js";
import { runHelper } from "./helper.js";
import { asset } from "../system/asset.js";

const HELPER = asset(import.meta.url, "dependency_edges.py");

/**
 * Which distribution of a resolution requires which, for the target: markers are evaluated, and extras are asked for by
 * the direct requirements or on the way from them. Sorted by `from`, then `to`; nobody requires itself.
 * @param request metadata by normalised name; of what is not in it no edge is known
 */
export async function dependencyEdges(
  request: {
    readonly resolution: Resolution;
    readonly target: Target;
    readonly metadata: ReadonlyMap<string, DistributionMetadata>;
  },
  tools: Tools,
  context: Pick<Context, "scratch">,
  answers: Answers,
): Promise<Edge[]> {
  const { resolution, target, metadata } = request;
  const input = {
    environment: markerEnvironment(target),
    distributions: Object.fromEntries(
      resolution.distributions.map(({ name }) => [name, metadata.get(name)?.requires ?? []]),
    ),
    direct: resolution.direct.map(({ name, extras }) => ({ name, extras })),
  };
  const pairs = z.array(z.tuple([z.string(), z.string()]));
  const edges = await answers.to({
    about: ["edges", input],
    find: () => runHelper(HELPER, input, pairs, context.scratch, tools),
    lasting: { schema: pairs, may: () => true },
  });
  return edges.map(([from, to]) => ({ from, to }));
}
