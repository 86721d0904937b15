import { entriesWeight, type Entry } from "../../model/layer.js";
import type { Sniffed } from "../../model/sniffed.js";
import { baseName, type FileRule, type Match } from "./rule.js";

/** What one piece of advice is about. */
export interface Group {
  /** A path, or a glob for several. */
  readonly subject: string;
  /** The files or folders themselves. */
  readonly paths: readonly string[];
  /** With all that is in the folders, and those themselves. */
  readonly entries: readonly Entry[];
}

/** More groups than this in one folder are one. */
const MOST_IN_A_FOLDER = 5;

/**
 * What a rule takes from the entries that no rule before it took, in groups, and what it leaves.
 * @param least compressed bytes of a group that stands for itself, where the rule says what belongs together
 */
export function take(
  rule: FileRule,
  entries: readonly Entry[],
  sniffed: Sniffed,
  least: number,
): { readonly groups: readonly Group[]; readonly rest: readonly Entry[] } {
  const { match } = rule;
  if (match.by === "folder") {
    const folders = matchingFolders(match, entries);
    if (folders.size === 0) return { groups: [], rest: entries };
    const below = new Map<string, Entry[]>();
    const rest: Entry[] = [];
    for (const entry of entries) {
      const folder = ancestors(entry.path).find((path) => folders.has(path));
      if (folder === undefined) rest.push(entry);
      else append(below, folder, entry);
    }
    return { groups: folderGroups(rule, below), rest };
  }
  const taken: Entry[] = [];
  const rest: Entry[] = [];
  for (const entry of entries) (entry.kind === "file" && match.takes(entry, sniffed) ? taken : rest).push(entry);
  return { groups: fileGroups(rule, taken, least), rest };
}

/** A path's folders from the outermost on, and itself: `a`, `a/b`, `a/b/c`. */
function ancestors(path: string): string[] {
  const names = path.split("/");
  return names.map((_, at) => names.slice(0, at + 1).join("/"));
}

type FolderMatch = Extract<Match, { by: "folder" }>;

function matchingFolders({ name, evidence, unless }: FolderMatch, entries: readonly Entry[]): Set<string> {
  const named = new Map<string, boolean>();
  const found = new Set<string>();
  const code = new Set<string>();
  for (const { path, kind } of entries) {
    const last = path.lastIndexOf("/");
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      let fits = named.get(folder);
      if (fits === undefined) {
        fits = name.test(baseName(folder));
        named.set(folder, fits);
      }
      if (fits) {
        const inside = kind === "file" ? path.slice(slash + 1) : "";
        if (evidence === null || evidence.test(inside)) found.add(folder);
        if (unless?.test(inside) === true) code.add(folder);
      }
      if (slash === last) break;
    }
  }
  return new Set([...found].filter((folder) => !code.has(folder)));
}

function folderGroups({ group }: FileRule, below: ReadonlyMap<string, readonly Entry[]>): Group[] {
  const folders = [...below];
  if (group === "all" && folders.length > 0) {
    const paths = folders.map(([path]) => path);
    const names = new Set(paths.map(baseName));
    const [only] = paths;
    const subject =
      paths.length === 1 && only !== undefined
        ? `${only}/`
        : names.size === 1
          ? `**/${[...names].join()}/`
          : `${commonFolder(paths)}{${[...names].sort().join(",")}}/`;
    return [{ subject, paths, entries: folders.flatMap(([, entries]) => entries) }];
  }
  return folders.map(([path, entries]) => ({ subject: `${path}/`, paths: [path], entries }));
}

function fileGroups({ group }: FileRule, files: readonly Entry[], least: number): Group[] {
  if (files.length === 0) return [];
  if (group === "all") return [fileGroup(files)];
  if (typeof group === "string") return [...groupBy(files, topOf).values()].map(fileGroup);
  const alone: Entry[][] = [];
  const small: Entry[] = [];
  const byKey = [...groupBy(files, group).values()];
  const folders = groupBy(byKey, ([first]) => parent(first?.path ?? ""));
  for (const inFolder of folders.values()) {
    const large = inFolder.filter((entries) => entriesWeight(entries).compressed >= least);
    if (large.length > MOST_IN_A_FOLDER) {
      alone.push(inFolder.flat());
    } else {
      alone.push(...large);
      small.push(...inFolder.filter((entries) => !large.includes(entries)).flat());
    }
  }
  return [...alone, ...groupBy(small, topOf).values()].map(fileGroup);
}

function fileGroup(entries: readonly Entry[]): Group {
  const paths = entries.map(({ path }) => path);
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return { subject: only, paths, entries };
  const folder = commonFolder(paths);
  const endings = new Set(paths.map((path) => /\.[^./]+$/.exec(path)?.[0] ?? ""));
  const flat = paths.every((path) => parent(path) === folder.slice(0, -1));
  return { subject: `${folder}${flat ? "" : "**/"}*${endings.size === 1 ? [...endings].join() : ""}`, paths, entries };
}

/** The deepest folder that holds all the paths, with a slash after it; empty for the slug root. */
function commonFolder(paths: readonly string[]): string {
  let common = parent(paths[0] ?? "").split("/");
  for (const path of paths) {
    const names = parent(path).split("/");
    const differs = common.findIndex((name, at) => name !== names[at]);
    if (differs !== -1) common = common.slice(0, differs);
  }
  const folder = common.join("/");
  return folder === "" ? "" : `${folder}/`;
}

/** The folder at the top that a path is in; empty for one that is at the top itself. */
function topOf({ path }: Entry): string {
  const slash = path.indexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) append(groups, keyOf(item), item);
  return groups;
}

function append<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}
