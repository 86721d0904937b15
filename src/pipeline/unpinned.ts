import { unpinnedIn } from "../advise/pinning.js";
import { retainedIn } from "../attribute/retained.js";
import type { Unpinned } from "../model/report.js";
import { readDirectFiles } from "./plan.js";
import type { WeighedApp } from "./weigh-side.js";

/** What an app asks for in no exact version, and the lines that pin it; null if nothing. */
export async function unpinnedAt({ checkedOut, plan, slug }: WeighedApp): Promise<Unpinned | null> {
  const { resolution } = plan;
  if (resolution.loose.length === 0) return null;
  return unpinnedIn(resolution, retainedIn(slug), await readDirectFiles(checkedOut, resolution));
}
