import { constants } from "node:fs";
import { access, copyFile, mkdir, mkdtemp, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors.js";
import type { Revision } from "../model/slug.js";
import { MIB } from "../model/bytes.js";
import { inTarOrder, type TreeEntry } from "../model/tree.js";
import type { Context } from "../ports.js";
import { lastLines } from "../system/run.js";
import { systemErrorCode } from "../system/system-error.js";
import type { Credentials } from "./credentials.js";
import { findDefaultBase } from "./default-base.js";
import { Git, gitEnvironment } from "./git.js";
import { firstParents, type Log, type LogOptions } from "./log.js";
import { missingOf, writeBlobs, writeTree } from "./objects.js";
import { findRemote, isPartial, type Remote } from "./remote.js";
import { remoteNames, WORKTREE } from "./revision-names.js";
import { decodeUtf8 } from "./tree-plan.js";
import type { OnBytes } from "./tree-writer.js";
import { Trees } from "./trees.js";
import { trusting } from "./trust.js";
import { bytesOf, copyTracked, listTracked } from "./worktree.js";

/** A user's git repository. Nothing in it is ever changed: not its index, refs, objects, configuration or files. */
export interface Repository {
  /**
   * The commit of a revision that the user named, here or at the remote. `worktree` stands for the tracked files on disk.
   * The full name of a commit that is not here is taken as it is: `prepare` and `checkOut` fetch it, or fail.
   * @throws UserError if there is no such commit
   */
  resolve(ref: string): Promise<Revision>;

  /**
   * The merge base of `head` (of `HEAD` for the worktree) with the default branch.
   * @throws UserError if it can't be told, as in a shallow clone
   */
  defaultBase(head: Revision): Promise<Revision>;

  /**
   * The first parent of a commit, also where the clone was cut off above it: the commit itself names it, and is fetched if it
   * is not here.
   * @param merged the commit that it has to merge into that parent; default: any, or none
   * @throws UserError if it has none, merges another commit, or can't be had
   */
  firstParent(revision: Revision, merged?: string): Promise<Revision>;

  /**
   * A commit and its first parents, as far as this clone has them; the commit itself is fetched if it is not here.
   * @param sha full object name
   * @throws UserError if the commit can't be had, or git can't tell
   */
  firstParents(sha: string, options: LogOptions): Promise<Log>;

  /**
   * Fetches in one request what the clone lacks of the apps' files at these revisions, if anything.
   * @param apps directories relative to the top of the repository; `.` for the top
   * @throws UserError if it can't be had
   */
  prepare(revisions: readonly Revision[], apps: readonly string[]): Promise<void>;

  /**
   * The names of a directory's files at each of these revisions, in their order, without their content; null where there is
   * no such directory. What the clone lacks of them is fetched in one request.
   * @param directory relative to the top of the repository; `.` for the top
   * @throws UserError if it can't be had
   */
  list(revisions: readonly Revision[], directory: string): Promise<(Listing | null)[]>;

  /**
   * Writes the app's files at a revision under `into`, which is created: every byte as git stores it. No filter, line-end
   * conversion or `export-ignore` applies, a Git LFS pointer stays one.
   * @param app directory relative to the top of the repository; `.` for the top
   * @returns null if the directory does not exist at that revision
   * @throws UserError if objects are missing and can't be fetched; SideError if the tree holds what git refuses to
   *   check out, or the disk is full
   */
  checkOut(revision: Revision, app: string, into: string): Promise<CheckedOut | null>;
}

/** The names of a directory's files at a revision. */
export interface Listing {
  /** Relative to the directory, without names that are not UTF-8. Submodules are no files. */
  readonly paths: readonly string[];
  /** As `CheckedOut.treeId`. */
  readonly treeId: string | null;
}

/** An app's files at a revision, on disk. */
export interface CheckedOut {
  /** Files, symbolic links and the directories that hold them; in tar order, relative to the app's directory. */
  readonly entries: readonly TreeEntry[];
  /** Name of git's tree object for the directory, which stands for its content; null for the worktree. */
  readonly treeId: string | null;
  /** Names of git's blobs for the files, by path; without those that stand as they are on disk. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Paths of submodules whose files are not there. */
  readonly submodules: readonly string[];
  readonly notes: readonly string[];
}

export interface OpenOptions {
  /** What may be sent to a remote on their server, besides what the user has configured. */
  readonly credentials?: Credentials | undefined;
  /** Whether `dir` is the top of a repository that is trusted though another user may own it. Git would refuse that. */
  readonly isTrusted?: boolean | undefined;
}

/**
 * Opens the repository that `dir` lies in: a clone of any depth or filter, bare, a linked worktree, or a
 * directory within one.
 * @throws UserError if there is none, or git is not installed
 */
export async function openRepository(
  dir: string,
  context: Context,
  { credentials, isTrusted = false }: OpenOptions = {},
): Promise<Repository> {
  const start = resolve(dir);
  if (!(await isDirectory(start))) {
    throw new UserError(`There is no directory ${dir}.`, "Name the repository to look at: --repo DIR.");
  }
  await requireReadable(start);
  let here = new Git(start, gitEnvironment(context.env), context.signal);
  let found = await locate(here);
  if (isTrusted && "refused" in found && DUBIOUS.test(found.refused)) {
    here = here.at(start, await trusting(start, context));
    found = await locate(here);
  }
  if ("refused" in found) {
    // Git takes a repository that it can't read for none.
    for (let at = start; ; at = dirname(at)) {
      await requireReadable(join(at, ".git"));
      if (dirname(at) === at) break;
    }
    throw openError(dir, found.refused);
  }
  return new GitRepository(here.at(found.top ?? found.gitDir), found, context, credentials ?? null);
}

/** Where a repository has what; all paths are absolute. */
interface Places {
  readonly gitDir: string;
  /** Of the worktree; null if the repository is bare. */
  readonly top: string | null;
  /** `sha1` */
  readonly objectFormat: string;
  readonly objects: string;
  /** Of a shallow clone; else it is not there. */
  readonly shallow: string;
}

/** Asks git where it has what, or gives its words. */
async function locate(git: Git): Promise<Places | { readonly refused: string }> {
  const paths = ["--git-path", "objects", "--git-path", "shallow"];
  // A bare repository has no top, of which git says so after all else.
  const asked = ["--absolute-git-dir", "--show-object-format", ...paths, "--show-toplevel"];
  const { code, stdout, stderr } = await git.run(["rev-parse", ...asked]);
  const lines = stdout.toString("utf8").split("\n");
  const [gitDir, objectFormat, objects, shallow, top] = lines;
  if (gitDir === undefined || objectFormat === undefined || objects === undefined || shallow === undefined) {
    return { refused: stderr };
  }
  return {
    gitDir,
    top: code === 0 && top !== undefined ? top : null,
    objectFormat,
    objects: resolve(git.directory, objects),
    shallow: resolve(git.directory, shallow),
  };
}

/** What git says of a repository that another user owns. */
const DUBIOUS = /dubious ownership|unsafe repository/;

/** @throws UserError if a directory is there, and this user may not look into it */
async function requireReadable(directory: string): Promise<void> {
  try {
    await access(directory, constants.R_OK | constants.X_OK);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EACCES" && (await isDirectory(directory))) {
      throw new UserError(`${directory} can't be read: ${code}.`, "Run it as somebody who may, or change who may.");
    }
  }
}

function openError(directory: string, stderr: string): UserError {
  const dir = directory === "." ? "the current directory" : directory;
  if (DUBIOUS.test(stderr)) {
    return new UserError(
      `Git does not trust the repository in ${dir}: it belongs to another user.`,
      `If you do: git config --global --add safe.directory ${resolve(directory)}`,
    );
  }
  if (/not a git repository/i.test(stderr)) {
    return new UserError(
      `There is no Git repository in ${dir}.`,
      "Run it in a clone (in a workflow: after actions/checkout), or name one: --repo DIR.",
    );
  }
  return new UserError(`Git can't open the repository in ${dir}.`, "See the message below.", lastLines(stderr));
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** To check out so many bytes takes long enough to be worth a line. */
const MUCH = 64 * MIB;

class GitRepository implements Repository {
  /** Git in a bare repository of our own, which borrows the user's objects and keeps what is fetched. */
  private readonly own: Promise<Git>;
  private remote: Promise<Remote | null> | null = null;
  private fetching: Promise<void> = Promise.resolve();
  private ownTrees: Promise<Trees> | null = null;

  constructor(
    private readonly git: Git,
    private readonly places: Places,
    private readonly context: Context,
    private readonly credentials: Credentials | null,
  ) {
    // Made while revisions are looked up in the user's own.
    this.own = createOwn(git, places, context.scratch);
    this.own.catch(() => undefined); // Whoever needs it is told.
  }

  async resolve(ref: string): Promise<Revision> {
    if (ref === WORKTREE) {
      if (this.places.top !== null) return { ref, sha: null };
      throw new UserError("A bare repository has no worktree.", "Name a commit, or run it in a clone with files.");
    }
    if (ref === "" || /^[-^]|\0/.test(ref)) {
      throw new UserError(`"${ref}" is not a revision.`, "Name a branch, a tag or a commit.");
    }
    const commit = await this.git.line(["rev-parse", "--quiet", "--verify", `${ref}^{commit}`]);
    if (commit !== null) return { ref, sha: commit };
    const id = await this.git.line(["rev-parse", "--quiet", "--verify", ref]);
    if (id !== null) return { ref, sha: await this.commitOf(id, ref) };
    const remote = await this.findRemote();
    const names = remote === null ? [] : remoteNames(ref, remote.name);
    const [sha] = remote === null || names.length === 0 ? [] : await remote.lookUp(names);
    if (sha !== undefined) return { ref, sha };
    if (ref === "HEAD") {
      throw new UserError("There is no commit here yet.", "Commit something, or weigh the tracked files: `worktree`.");
    }
    const places = names.length === 0 ? "here" : `here or at the remote "${remote?.name ?? ""}"`;
    throw new UserError(
      `There is no revision "${ref}" ${places}.`,
      "Check the spelling; in a shallow clone, fetch more history first (`fetch-depth: 0` of actions/checkout).",
    );
  }

  /** The commit that an object is or, as a tag, points to. One that is not here is taken for a commit of the remote. */
  private async commitOf(id: string, ref: string): Promise<string> {
    const sha = await this.git.line(["rev-parse", "--quiet", "--verify", `${id}^{commit}`]);
    if (sha !== null) return sha;
    const missing = await missingOf(await this.own, [id]);
    if (missing.length > 0) return id;
    throw new UserError(`${ref} is not a commit.`, "Name a branch, a tag or a commit.");
  }

  defaultBase(head: Revision): Promise<Revision> {
    return findDefaultBase(this.git, head);
  }

  async firstParent({ ref, sha }: Revision, merged?: string): Promise<Revision> {
    if (sha !== null) await this.fetchMissing([sha]);
    const commit = sha === null ? null : await (await this.own).run(["cat-file", "commit", sha]);
    const header = commit?.stdout.toString("utf8").split("\n\n")[0] ?? "";
    const [parent, ...others] = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].flatMap(([, name = ""]) => name);
    if (merged !== undefined && !others.includes(merged)) {
      throw new UserError(
        `${ref} is no merge of ${merged.slice(0, 7)}, so its parent is not what to compare with.`,
        "Let actions/checkout take the pull request's merge commit (leave out its `ref`), or name what to compare with: `base`.",
      );
    }
    if (parent !== undefined) return { ref: parent, sha: parent };
    throw new UserError(`${ref} has no parent to compare with.`, "Name the revision to compare with: `base`.");
  }

  async firstParents(sha: string, options: LogOptions): Promise<Log> {
    await this.fetchMissing([sha]);
    return firstParents(await this.own, sha, options);
  }

  async prepare(revisions: readonly Revision[], apps: readonly string[]): Promise<void> {
    const commits = commitsOf(revisions);
    const directories = apps.map((app) => appDirectory(app));
    const trees = await this.trees();
    await this.complete(() => trees.lacking(commits, directories));
  }

  async list(revisions: readonly Revision[], directory: string): Promise<(Listing | null)[]> {
    const path = appDirectory(directory);
    const commits = commitsOf(revisions);
    const trees = await this.trees();
    await this.complete(async () => {
      const found = await Promise.all(commits.map((commit) => trees.at(commit, path)));
      return commits.filter((_, at) => found[at] === "missing");
    });
    return Promise.all(
      revisions.map(({ sha }) => (sha === null ? this.listWorktree(path) : listTree(trees, sha, path))),
    );
  }

  private async listWorktree(directory: string): Promise<Listing | null> {
    const files = await listTracked(this.git, directory);
    return files && { treeId: null, paths: files.plan.files.map(({ path }) => path) };
  }

  async checkOut(revision: Revision, app: string, into: string): Promise<CheckedOut | null> {
    const directory = appDirectory(app);
    if (revision.sha === null) return this.checkOutWorktree(revision, directory, into);
    await this.prepare([revision], [directory]);
    const trees = await this.trees();
    const found = await trees.at(revision.sha, directory);
    if (found === null || found === "missing") return null;
    await mkdir(into, { recursive: true });
    const own = await this.own;
    const written = await this.shown({ revision, app: directory, bytes: trees.bytesOf(found) }, (onBytes) =>
      writeTree(own, found.entries, into, onBytes),
    );
    return {
      entries: inTarOrder(written.entries),
      treeId: found.id,
      blobs: written.blobs,
      submodules: written.submodules,
      notes: renamedNote(written.renamed),
    };
  }

  private async checkOutWorktree(revision: Revision, app: string, into: string): Promise<CheckedOut | null> {
    const files = await listTracked(this.git, app);
    if (files === null) return null;
    await mkdir(into, { recursive: true });
    const entries = await this.shown({ revision, app, bytes: bytesOf(files) }, (onBytes) =>
      copyTracked(files, into, onBytes),
    );
    if (files.sparse.length > 0) {
      await this.fetchMissing(files.sparse.map(({ entry }) => entry.id));
      entries.push(...(await writeBlobs(await this.own, files.sparse, into, () => undefined)));
    }
    return {
      entries: inTarOrder(entries),
      treeId: null,
      blobs: new Map(),
      submodules: files.plan.submodules,
      notes: [...renamedNote(files.plan.renamed), ...files.notes],
    };
  }

  /** Says how far a checkout is, if it is one that takes a while. */
  private async shown<T>(
    { revision, app, bytes }: { readonly revision: Revision; readonly app: string; readonly bytes: number },
    write: (onBytes: OnBytes) => Promise<T>,
  ): Promise<T> {
    if (bytes < MUCH) return write(() => undefined);
    const what = app === "." ? revision.ref : `${app} at ${revision.ref}`;
    const activity = this.context.progress.start(`Checking out ${what}`, bytes, "bytes");
    try {
      return await write((done) => {
        activity.advance(done);
      });
    } finally {
      activity.end();
    }
  }

  /** Fetches in one request what `lacking` names, if anything. */
  private complete(lacking: () => Promise<readonly string[]>): Promise<void> {
    return this.exclusively(async () => {
      const wanted = await lacking();
      if (wanted.length === 0) return;
      await this.fetch(wanted);
      if ((await lacking()).length > 0) {
        throw new UserError(
          "The remote did not send all that this clone lacks.",
          "Fetch the revisions before the run.",
        );
      }
    });
  }

  private fetchMissing(ids: readonly string[]): Promise<void> {
    return this.exclusively(async () => {
      const missing = await missingOf(await this.own, ids);
      if (missing.length > 0) await this.fetch(missing);
    });
  }

  private async fetch(ids: readonly string[]): Promise<void> {
    const remote = await this.findRemote();
    if (remote === null) {
      throw new UserError(
        "This clone lacks files of a revision, and there is no remote to fetch them from.",
        "Add the remote it was cloned from as `origin`, or clone with history; `git fsck` tells whether it is damaged.",
      );
    }
    const activity = this.context.progress.start(`Fetching what this clone lacks from ${remote.name}`);
    try {
      await remote.fetch(ids);
    } finally {
      activity.end();
    }
  }

  private findRemote(): Promise<Remote | null> {
    const { GIT_ALLOW_PROTOCOL: protocols } = this.context.env;
    this.remote ??= this.own.then((own) => findRemote(this.git, own, protocols, this.credentials));
    return this.remote;
  }

  private trees(): Promise<Trees> {
    this.ownTrees ??= this.own.then((own) => new Trees(own));
    return this.ownTrees;
  }

  /** One fetch at a time: two sides may be checked out at once, and the second may find all that it needs. */
  private exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.fetching.then(work);
    this.fetching = done.catch(() => undefined);
    return done;
  }
}

/**
 * Makes a bare repository that reads the user's objects. It has no remote and none of the user's configuration:
 * nothing is fetched behind our back, and no filter, hook or helper of the user's repository can run.
 */
async function createOwn(user: Git, { objectFormat, objects, shallow }: Places, scratch: string): Promise<Git> {
  const directory = await mkdtemp(join(scratch, "git-"));
  const own = user.at(directory, { GIT_DIR: directory });
  const init = ["init", "--quiet", "--bare", "--template=", `--object-format=${objectFormat}`];
  const [{ code, stderr }, partial] = await Promise.all([own.run(init), isPartial(user)]);
  if (code !== 0) {
    const hint = /no space left|quota exceeded/i.test(stderr)
      ? "Free some space, or set TMPDIR to a directory with more room."
      : "See the message below.";
    throw new UserError("Git can't make a scratch repository.", hint, lastLines(stderr));
  }
  if (!partial) {
    // A shallow clone must say so when it tells the remote what it has, or the remote takes it to have all history.
    await copyFile(shallow, join(directory, "shallow")).catch(() => undefined);
  }
  return own.at(directory, { GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects) });
}

function commitsOf(revisions: readonly Revision[]): string[] {
  return revisions.flatMap(({ sha }) => (sha === null ? [] : [sha]));
}

async function listTree(trees: Trees, commit: string, directory: string): Promise<Listing | null> {
  const tree = await trees.at(commit, directory);
  if (tree === null || tree === "missing") return null;
  const files = tree.entries.filter(({ mode }) => mode !== "160000");
  return { treeId: tree.id, paths: files.flatMap(({ path }) => decodeUtf8(path) ?? []) };
}

/** A path relative to the top of the repository, without `./` and the like. */
function appDirectory(app: string): string {
  const parts = app.split("/").filter((part) => part !== "" && part !== ".");
  if (app.startsWith("/") || parts.includes("..")) {
    throw new UserError(`The app "${app}" is not inside the repository.`, "Name a directory relative to its top.");
  }
  return parts.length === 0 ? "." : parts.join("/");
}

function renamedNote(count: number): string[] {
  if (count === 1) return ["One file name is not UTF-8; it is shown as Latin-1."];
  return count === 0 ? [] : [`${String(count)} file names are not UTF-8; they are shown as Latin-1.`];
}
