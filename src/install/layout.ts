import { constants } from "node:fs";
import { cp, mkdir, statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { SideError } from "../errors.js";
import { MIB } from "../model/bytes.js";
import { gib } from "../model/format.js";
import { isReadyWheel, type DistributionSource, type ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { checkOut, checkoutPath } from "./checkout.js";
import type { InstallRequest } from "./install.js";
import { inApp, selectFromLock, type ParsedLock } from "./lock.js";
import { entangled, survey, type Survey } from "./survey.js";
import { uvInstall, type Installer } from "./uv.js";

/** How what is wanted gets built; `nowhere` if all of it are wheels. */
export type Builder = "here" | "nowhere" | Sandbox;

/** What lies in one root, and is to be taken from there. */
export interface Laid {
  readonly survey: Survey;
  readonly distributions: readonly ResolvedDistribution[];
  /** Holds one distribution only, so what nobody claims is its own. */
  readonly alone: boolean;
  /** Absolute path of the app, or of the copy of it, that it was built from. */
  readonly app: string;
}

/** Where and how a group of distributions is laid out. */
export interface LayOutJob extends Pick<InstallRequest, "app" | "target"> {
  readonly lock: ParsedLock;
  readonly builder: Builder;
  readonly installer: Installer;
  /** Absolute path of an empty directory for this group alone. */
  readonly work: string;
}

/** Wheels of this size, in bytes, get a root of their own: all others go on while they are downloaded and unpacked. */
const LARGE = 32 * MIB;

/** @throws SideError that names what would have to be built, if nothing may be */
export async function builderFor({ wanted, building }: InstallRequest): Promise<Builder> {
  if (building.kind === "here") return "here";
  const names = wanted.filter(mustBeBuilt).map(({ name }) => name);
  if (names.length === 0) return "nowhere";
  const sandbox = building.kind === "refused" ? building : await building.sandbox();
  if ("run" in sandbox) return sandbox;
  const what = names.length === 1 ? "has no wheel" : "have no wheels";
  throw new SideError(
    "unweighable",
    "install",
    `${names.join(", ")} ${what} for the target, and ${sandbox.reason}.`,
    sandbox.hint,
  );
}

/**
 * What is installed together, into one root: most. Large wheels have roots of their own, as has a repository's checkout, and what is
 * built in the sandbox, where it can touch nobody else's files. The largest first.
 */
export function partition(
  wanted: readonly ResolvedDistribution[],
  builder: Builder,
): (readonly ResolvedDistribution[])[] {
  const isApart = (each: ResolvedDistribution): boolean =>
    isEditableRepository(each.source) || (typeof builder === "object" && mustBeBuilt(each)) || sizeOf(each) >= LARGE;
  const apart = wanted.filter(isApart).sort((a, b) => sizeOf(b) - sizeOf(a));
  const together = wanted.filter((each) => !isApart(each));
  return [...apart.map((each) => [each]), ...(together.length > 0 ? [together] : [])];
}

/**
 * Installs a group into one root, then into roots of their own those whose files can't be told apart there.
 * @throws SideError
 */
export async function* layOut(
  group: readonly ResolvedDistribution[],
  job: LayOutJob,
  context: Context,
): AsyncGenerator<Laid> {
  let roots = 0;
  const app = await copyOfApp(group, job);
  const lay = (some: readonly ResolvedDistribution[]): Promise<Pick<Laid, "survey" | "app">> =>
    layOutIn(join(job.work, String(roots++)), some, { ...job, copy: app }, context);
  const all = await lay(group);
  const tangled = group.length === 1 ? new Set<string>() : entangled(all.survey);
  const clear = group.filter(({ name }) => !tangled.has(name));
  if (clear.length > 0) yield { ...all, distributions: clear, alone: group.length === 1 };
  for (const distribution of group.filter(({ name }) => tangled.has(name))) {
    yield { ...(await lay([distribution])), distributions: [distribution], alone: true };
  }
}

/** @param work absolute path; the directory is made */
async function layOutIn(
  work: string,
  some: readonly ResolvedDistribution[],
  { app, copy, target, lock, builder, installer }: LayOutJob & { readonly copy: string },
  context: Context,
): Promise<Pick<Laid, "survey" | "app">> {
  const sandbox = typeof builder === "object" && some.some(mustBeBuilt) ? builder : null;
  const root = join(work, "root");
  await mkdir(join(root, PYTHON_HOME), { recursive: true });
  for (const { name, source } of some) {
    if (isEditableRepository(source)) await checkOut(root, name, source.url, source.commit, context);
  }
  const from = sandbox !== null && some.some(isDirectory) ? await copyApp(app, join(work, "app")) : copy;
  const selected = selectFromLock(lock, some, app, ({ name, source }) =>
    source.kind === "directory"
      ? join(from, relative(app, inApp(source.path, name, app)))
      : join(root, checkoutPath(name)),
  );
  await uvInstall(selected, some, { work, root, sandbox }, installer, context);
  return { survey: survey(root, target.python.minor), app: from };
}

/** The app to build from outside of the sandbox: a copy, since builds write beside the sources. */
async function copyOfApp(group: readonly ResolvedDistribution[], { app, builder, work }: LayOutJob): Promise<string> {
  return builder === "here" && group.some(isDirectory) ? copyApp(app, join(work, "app")) : app;
}

async function copyApp(app: string, copy: string): Promise<string> {
  await cp(app, copy, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    // Heroku builds in a directory without it.
    filter: (path) => path !== join(app, ".git"),
  });
  return copy;
}

/** Wheels unpack to three or four times their size. */
const UNPACKED = 3.5;

/** Says so if what is wanted may not fit on the disk. */
export async function warnOfSmallDisk(
  wanted: readonly ResolvedDistribution[],
  scratch: string,
  context: Context,
): Promise<void> {
  const needed = UNPACKED * wanted.reduce((sum, each) => sum + sizeOf(each), 0);
  const { bavail, bsize } = await statfs(scratch);
  if (bavail * bsize < needed) {
    const free = gib(bavail * bsize);
    context.progress.note(`Only ${free} of disk are free where about ${gib(needed)} may be needed.`);
  }
}

/** Are its files in the app's directory, or in a checkout, rather than in an archive? */
export function isTakenFromDirectory(source: DistributionSource): boolean {
  return source.kind === "directory" || isEditableRepository(source);
}

/** Bytes of the file that it is installed from; 0 if it is not known. */
function sizeOf({ source }: ResolvedDistribution): number {
  return "size" in source ? (source.size ?? 0) : 0;
}

function mustBeBuilt({ source }: ResolvedDistribution): boolean {
  return !isReadyWheel(source);
}

function isDirectory({ source }: ResolvedDistribution): boolean {
  return source.kind === "directory";
}

function isEditableRepository(
  source: DistributionSource,
): source is Extract<DistributionSource, { kind: "vcs" }> & { editable: true } {
  return source.kind === "vcs" && source.editable;
}
