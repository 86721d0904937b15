import { isImported } from "../advise/replace.js";
import { unused } from "../advise/rules/unused.js";
import { providedBy, type Provided } from "../attribute/provided.js";
import { UserError } from "../errors.js";
import { notImported } from "../imports/deptry.js";
import { readUses } from "../imports/read-uses.js";
import { withoutRequirements } from "../imports/without-requirements.js";
import { UNKNOWN_USES, type AdviceFacts, type AppUses } from "../model/advice.js";
import { readAppFiles } from "./checked-out.js";
import type { Parts } from "./parts.js";
import type { WeighedApp } from "./weigh-side.js";

/** The oldest Python that our script runs on. */
const OLDEST_PYTHON = "3.8";

/** Manifests that hold settings, too. */
const MANIFESTS = ["pyproject.toml", "Pipfile"];

/**
 * What the files that ship use of what the app requires, so far as reading tells. What can't be found out is unknown, and a note says
 * so: it costs the advice that needs it.
 */
export async function usesOf(
  app: WeighedApp,
  facts: AdviceFacts,
  parts: Parts,
): Promise<{ readonly uses: AppUses; readonly notes: readonly string[] }> {
  const provided = providedByRequirements(app);
  const manifests = await readAppFiles(app.checkedOut, MANIFESTS);
  const found = await orNote("What the app imports is not known", () => read(app, provided, manifests, parts));
  if (typeof found === "string") return { uses: UNKNOWN_USES, notes: [found] };
  const [unread] = found.unread;
  if (unread !== undefined) {
    const others = found.unread.length === 1 ? "" : `, and ${found.unread.length - 1} more files`;
    const note = `What the app imports is not known, so no advice is given on that: ${unread.path}: ${unread.why}${others}.`;
    return { uses: UNKNOWN_USES, notes: [note] };
  }
  const imports = new Set(found.imports);
  const named = new Set([...found.named, ...found.started]);
  const uses = { imports, started: new Set(found.started), unnamed: new Set<string>() };
  const suspects = new Map(
    [...provided]
      .filter(([name, { modules }]) => modules.length > 0 && !named.has(name))
      .filter(([, { modules }]) => !modules.some((module) => isImported(module, { imports }) === true))
      .map(([name, { modules }]) => [name, modules]),
  );
  // deptry is asked only where its answer would make a difference. An app without any Python file imports nothing, and may still run.
  const supposed = { ...facts, uses: { ...uses, unnamed: new Set(suspects.keys()) } };
  if (found.python === 0 || unused.propose(supposed).length === 0) return { uses, notes: [] };
  const request = { root: app.checkedOut.root, modules: suspects, pyproject: manifests.get("pyproject.toml") ?? null };
  const unnamed = await orNote("What the app does not import is not known", () =>
    notImported(request, parts.tools, parts.context),
  );
  return typeof unnamed === "string" ? { uses, notes: [unnamed] } : { uses: { ...uses, unnamed }, notes: [] };
}

/** By normalised name, what each requirement of the app can be used by. */
function providedByRequirements({ plan, slug }: WeighedApp): ReadonlyMap<string, Provided> {
  const direct = new Set(plan.resolution.direct.map(({ name }) => name));
  const layers = slug.layers.filter(({ kind, name }) => kind === "distribution" && direct.has(name));
  return new Map(
    layers.map(({ name, entries }) => {
      // What another layer has instead is this one's all the same.
      const shared = slug.overlaps.filter(({ others }) => others.includes(name));
      const paths = [...entries, ...shared].map(({ path }) => path);
      return [name, providedBy(paths, plan.target.python.minor)];
    }),
  );
}

async function read(
  { checkedOut, plan }: WeighedApp,
  provided: ReadonlyMap<string, Provided>,
  manifests: ReadonlyMap<string, string>,
  { tools, context }: Parts,
): ReturnType<typeof readUses> {
  const python = plan.interpreter ?? (await tools.interpreters.findAny(OLDEST_PYTHON));
  if (python === null) throw new UserError("There is no Python here to parse its files.", "Install one.");
  const texts = new Map<string, string | null>(plan.resolution.direct.map(({ location }) => [location.file, null]));
  for (const [file, text] of manifests) texts.set(file, withoutRequirements(text));
  const words = [...provided].map(([name, { modules, programs }]): [string, string[]] => [
    name,
    [name, ...modules.filter((module) => !module.startsWith("_")), ...programs],
  ]);
  const files = plan.app.entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
  return readUses({ root: checkedOut.root, files, texts, words: new Map(words), python: python.path }, context);
}

/** What is found; a sentence where it can't be found out, for a reason that a user can mend. */
async function orNote<T extends object>(what: string, find: () => Promise<T>): Promise<T | string> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`${what}, so no advice is given on that: ${error.message}`, ...error.details.slice(-1)].join(" ");
  }
}
