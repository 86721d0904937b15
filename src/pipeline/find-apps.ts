import { compileGlob, isGlob } from "../app/glob.js";
import { UserError } from "../errors.js";
import { isPackageManagerFile } from "../manifests/detect.js";
import type { Revision } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import type { Repository } from "../revisions/repository.js";

/** More than anyone weighs: a pattern that finds so many is a mistake. */
const MOST_APPS = 500;

/**
 * The apps that the patterns stand for, each once, in the order of the patterns. A plain path stands for itself, whether there
 * is an app or not. A glob stands for the directories with a package manager's file that match it at any of the
 * revisions, sorted; hidden directories only match where the pattern names the dot.
 * @param patterns directories relative to the top of the repository, and globs for them (see `appPatterns`)
 * @throws UserError if a glob is malformed or finds nothing, or if there are too many
 */
export async function findApps(
  patterns: readonly string[],
  revisions: readonly Revision[],
  repository: Repository,
): Promise<readonly string[]> {
  const apps = new Set<string>();
  for (const pattern of patterns) {
    const found = isGlob(pattern) ? await matching(pattern, revisions, repository) : [pattern];
    for (const app of found) apps.add(app);
  }
  if (apps.size > MOST_APPS) {
    throw new UserError(
      `There are ${apps.size.toLocaleString("en-US")} apps, more than ${String(MOST_APPS)}.`,
      "Name fewer with `app`, or weigh them in several jobs.",
    );
  }
  return [...apps];
}

async function matching(pattern: string, revisions: readonly Revision[], repository: Repository): Promise<string[]> {
  const glob = compileGlob(pattern, { hidden: false, deepEnd: true });
  if (glob === null) {
    throw new UserError(`"${pattern}" is not a glob: a bracket is open, or its braces stand for too many.`, "Mend it.");
  }
  const start = literalStart(pattern);
  const listings = await repository.list(revisions, start.length === 0 ? "." : start.join("/"));
  const directories = new Set(
    listings
      .flatMap((listing) => listing?.paths ?? [])
      .map((path) => [...start, ...path.split("/")])
      .filter((names) => isPackageManagerFile(names.at(-1) ?? "") && glob(names.slice(0, -1)))
      .map((names) => names.slice(0, -1).join("/") || "."),
  );
  if (directories.size > 0) return [...directories].sort(compareBytes);
  const where = [...new Set(revisions.map(({ ref }) => ref))].join(" or ");
  throw new UserError(
    `No app matches "${pattern}" at ${where}.`,
    "An app is a directory with requirements.txt, uv.lock, poetry.lock or Pipfile.lock; patterns start at the repository's top.",
  );
}

/** The names that a glob starts with and that stand for themselves: nothing else of a large repository is looked at. */
function literalStart(pattern: string): string[] {
  const names = pattern.split("/");
  // Braces may hold slashes.
  const first = names.findIndex((name) => isGlob(name));
  return names.slice(0, first);
}
