import { splitAtNul, type Git } from "./git.js";
import { sizesOf } from "./objects.js";
import type { GitEntry } from "./tree-plan.js";

/** A directory as git has it at a commit. */
export interface GitTree {
  /** Name of the tree object, which stands for the directory's content. */
  readonly id: string;
  /** All files below, with those of its directories. */
  readonly entries: readonly GitEntry[];
}

/**
 * Git's directories at commits, each looked up once: objects do not go away during a run. Nothing is fetched: what is not
 * here stays missing until somebody fetches it.
 */
export class Trees {
  /** Names of commits' root trees. */
  private readonly roots = new Map<string, string>();
  /** By commit and directory; null where there is no such directory. */
  private readonly found = new Map<string, GitTree | null>();
  private readonly entries = new Map<string, Promise<readonly GitEntry[] | "missing">>();
  /** Bytes of the files of those trees of which every blob is here. */
  private readonly complete = new Map<string, number>();

  /** @param git in a repository that has no remote */
  constructor(private readonly git: Git) {}

  /**
   * The directory (`.` for the root) at a commit; null if there is none, `missing` if objects that tell are not here.
   */
  async at(commit: string, directory: string): Promise<GitTree | null | "missing"> {
    const key = `${commit}:${directory}`;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    const id = await this.idAt(commit, directory);
    if (id === "missing") return id;
    const entries = id === null ? null : await this.below(id);
    if (entries === "missing") return entries;
    const tree = id === null || entries === null ? null : { id, entries };
    this.found.set(key, tree);
    return tree;
  }

  /**
   * Objects to fetch so that all files of the directories are here at the commits: a commit if it or any tree is missing,
   * else the missing blobs.
   */
  async lacking(commits: readonly string[], directories: readonly string[]): Promise<string[]> {
    const wanted = new Set<string>();
    const incomplete: GitTree[] = [];
    await this.lookUpRoots(commits);
    const look = async (commit: string): Promise<void> => {
      for (const directory of directories) {
        const tree = await this.at(commit, directory);
        if (tree === "missing") wanted.add(commit);
        else if (tree !== null && !this.complete.has(tree.id)) incomplete.push(tree);
      }
    };
    await Promise.all(commits.map(look));
    // A submodule's commit is in another repository.
    const blobs = incomplete.flatMap(({ entries }) => entries.filter(({ mode }) => mode !== "160000"));
    const { sizes, missing } = await sizesOf(
      this.git,
      blobs.map(({ id }) => id),
    );
    const bytesOf = ({ entries }: GitTree): number =>
      entries.reduce((total, { id }) => total + (sizes.get(id) ?? 0), 0);
    if (missing.length === 0) for (const tree of incomplete) this.complete.set(tree.id, bytesOf(tree));
    for (const id of missing) wanted.add(id);
    return [...wanted];
  }

  /** Bytes of all files of a directory; 0 before `lacking` has found that every one is here. */
  bytesOf({ id }: GitTree): number {
    return this.complete.get(id) ?? 0;
  }

  private async idAt(commit: string, directory: string): Promise<string | null> {
    if (!this.roots.has(commit)) await this.lookUpRoots([commit]);
    const root = this.roots.get(commit);
    if (root === undefined) return "missing";
    if (directory === ".") return root;
    const { code, stdout } = await this.git.run(["ls-tree", "-z", root, "--", directory]);
    if (code !== 0) return "missing";
    const [entry] = splitAtNul(stdout).map(parseTreeLine);
    return entry?.mode === "040000" ? entry.id : null;
  }

  /** Learns the root trees of those of the commits that are here: one question for all. */
  private async lookUpRoots(commits: readonly string[]): Promise<void> {
    const open = commits.filter((commit) => !this.roots.has(commit));
    if (open.length === 0) return;
    const asked = open.map((commit) => `${commit}^{tree}\n`).join("");
    const { stdout } = await this.git.run(["cat-file", "--batch-check=%(objectname) %(objecttype)"], asked);
    const answers = stdout.toString("latin1").split("\n");
    for (const [at, commit] of open.entries()) {
      const [, id] = /^([0-9a-f]+) tree$/.exec(answers[at] ?? "") ?? [];
      if (id !== undefined) this.roots.set(commit, id);
    }
  }

  private async below(id: string): Promise<readonly GitEntry[] | "missing"> {
    const found = this.entries.get(id) ?? this.listBelow(id);
    this.entries.set(id, found);
    if ((await found) === "missing") this.entries.delete(id);
    return found;
  }

  private async listBelow(id: string): Promise<readonly GitEntry[] | "missing"> {
    const { code, stdout } = await this.git.run(["ls-tree", "-r", "-z", id]);
    return code === 0 ? splitAtNul(stdout).map(parseTreeLine) : "missing";
  }
}

/** `<mode> SP <type> SP <id> TAB <path>` */
function parseTreeLine(line: Buffer): GitEntry {
  const tab = line.indexOf(9);
  const [mode = "", , id = ""] = line.subarray(0, tab).toString("latin1").split(" ");
  return { mode, id, path: line.subarray(tab + 1) };
}
