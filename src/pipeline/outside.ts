import { createHash } from "node:crypto";
import { fromOutside, outsideChange } from "../compare/outside.js";
import type { Outside } from "../model/report.js";
import { recallLastTime, rememberThisTime } from "../store/last-time.js";
import { VERSION } from "../version.js";
import { readAppFile } from "./checked-out.js";
import type { Parts } from "./parts.js";
import type { WeighedApp } from "./weigh-side.js";

/** Files that may say what is required, or what for: pip includes others in `requirements.txt` by any name, mostly these. */
const REQUIREMENTS = /\.(?:txt|in|toml|lock|cfg)$|(?:^|\/)(?:Pipfile|\.python-version|setup\.py)$/;

/**
 * What the world outside has changed in the base of a comparison since it was remembered with the same requirements; null if nothing,
 * or if that is not known. It is remembered only if nothing is, so that the same comparison says the same again.
 */
export async function outsideSince(base: WeighedApp, { store }: Pick<Parts, "store">): Promise<Outside | null> {
  const about = await requirementsOf(base);
  const then = await recallLastTime(store, about);
  if (then === null) await rememberThisTime(store, about, thisTime(base));
  return then !== null && isBefore(then.cutoff, base) ? outsideChange(then, base.slug) : null;
}

/** Remembers what was weighed by itself, such as a push to the default branch: comparisons tell from then on what has changed since. */
export async function rememberWeighed(weighed: WeighedApp, { store }: Pick<Parts, "store">): Promise<void> {
  const about = await requirementsOf(weighed);
  const then = await recallLastTime(store, about);
  if (then === null || isBefore(then.cutoff, weighed)) await rememberThisTime(store, about, thisTime(weighed));
}

function thisTime({ options, slug }: WeighedApp): Parameters<typeof rememberThisTime>[2] {
  return { cutoff: options.cutoff, layers: fromOutside(slug) };
}

function isBefore(moment: string, { options }: WeighedApp): boolean {
  return Date.parse(moment) < Date.parse(options.cutoff);
}

/** All that what an app gets depends on, but for the world outside. */
async function requirementsOf({ checkedOut, plan, options }: WeighedApp): Promise<readonly unknown[]> {
  const { target, interpreter, resolution } = plan;
  const named = new Set(resolution.direct.map(({ location }) => location.file));
  const files: [path: string, content: string][] = [];
  for (const { path, kind } of plan.app.entries) {
    if (kind !== "file" || !(REQUIREMENTS.test(path) || named.has(path))) continue;
    files.push([path, checkedOut.blobs.get(path) ?? digest((await readAppFile(checkedOut, path)) ?? "")]);
  }
  const { stack, python } = target;
  return [VERSION, stack, python.full, interpreter?.version ?? null, resolution.packageManager, options.builds, files];
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
