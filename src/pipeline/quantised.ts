import { chmod, link, lstat, mkdir, readlink, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Wish } from "../config/wish.js";
import { UserError } from "../errors.js";
import { inTarOrder, type TreeEntry } from "../model/tree.js";
import { findModel, type Model } from "../quantise/find-model.js";
import { quantise, type Quantised } from "../quantise/quantise.js";
import type { CheckedOutApp } from "./checked-out.js";
import type { Plan } from "./plan.js";
import type { Shared } from "./shared.js";
import { stage } from "./stage.js";

/** An app's files, and what they are weighed by. */
export interface PlannedApp {
  readonly checkedOut: CheckedOutApp;
  readonly plan: Plan;
}

/**
 * The models that somebody wishes to be quantised.
 * @throws UserError if one of them is not in the slug, or is nothing that can be quantised
 */
export async function modelsOf(wish: Wish, { checkedOut, plan }: PlannedApp): Promise<readonly Model[]> {
  const { root, entries: all } = checkedOut;
  const models: Model[] = [];
  for (const path of wish.quantise.models) {
    const model = await findModel(path, { root, all, shipped: plan.app.entries });
    const other = models.find(
      (each) => each.result === model.result || isOf(model.path, each) || isOf(each.path, model),
    );
    if (other !== undefined) {
      throw new UserError(`${other.path} and ${model.path} would come in the same place.`, "Name one of them.");
    }
    models.push(model);
  }
  return models;
}

/** An app with other models, and what there is to say about them. */
export interface QuantisedApp extends PlannedApp {
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/**
 * The app as it would be with these models quantised by what it requires now.
 * @param root absolute path of the directory to lay it out in, which is made
 * @throws SideError if that fails
 */
export async function withQuantised(
  { checkedOut, plan }: PlannedApp,
  { models, wish, root }: { models: readonly Model[]; wish: Wish; root: string },
  { parts, timings }: Shared,
): Promise<QuantisedApp> {
  if (models.length === 0) return { checkedOut, plan, notes: [] };
  const { target, interpreter, resolution, app } = plan;
  const job = { root: checkedOut.root, target, interpreter, resolution };
  return stage("quantise", timings, async () => {
    const made = await quantise(models, wish.quantise.weights, job, parts.tools, parts.context);
    const entries = await layOut(checkedOut.root, app.entries, made, root);
    return {
      // No tree of git's has these files.
      checkedOut: { ...checkedOut, root, entries, treeId: null, blobs: withoutBlobs(checkedOut.blobs, models) },
      plan: { ...plan, app: { ...app, entries } },
      notes: made.flatMap(({ notes }) => notes),
    };
  });
}

/** Lays an app's files out anew, by hard links, with the quantised models in the place of what they were made of. */
async function layOut(
  from: string,
  entries: readonly TreeEntry[],
  made: readonly Quantised[],
  root: string,
): Promise<TreeEntry[]> {
  const kept = entries.filter(({ path }) => !made.some(({ model }) => isOf(path, model)));
  await mkdir(root);
  for (const { path, kind } of kept) {
    const [source, copy] = [join(from, path), join(root, path)];
    if (kind === "directory") await mkdir(copy, { recursive: true });
    else if (kind === "symlink") await symlink(await readlink(source, "buffer"), copy);
    else await link(source, copy);
  }
  const results: TreeEntry[] = [];
  for (const { file, model } of made) {
    const place = join(root, model.result);
    await rename(file, place);
    await chmod(place, 0o644);
    results.push({ path: model.result, kind: "file", size: (await lstat(place)).size, executable: false });
  }
  return inTarOrder([...kept, ...results]);
}

function isOf(path: string, model: Model): boolean {
  return path === model.path || path.startsWith(`${model.path}/`);
}

/** Names of git's blobs, without those of the models: another file may have the path of one now. */
function withoutBlobs(blobs: CheckedOutApp["blobs"], models: readonly Model[]): CheckedOutApp["blobs"] {
  return new Map([...blobs].filter(([path]) => !models.some((model) => isOf(path, model))));
}
