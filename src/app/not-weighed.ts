import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mib } from "../model/format.js";
import { LFS } from "../model/lfs.js";
import type { NotWeighed } from "../model/slug.js";
import type { TreeEntry } from "../model/tree.js";
import { redact } from "../system/redact.js";
import { readAppJson, type AppJson } from "./app-json.js";
import { lfsSize, mayBeLfsPointer } from "./lfs.js";

/** What is known of a side besides the files that ship. */
export interface BuildFacts {
  /** Paths of submodules whose files are not there. */
  readonly submodules: readonly string[];
  /** Normalised names (PEP 503) of the distributions that are installed. */
  readonly distributions: ReadonlySet<string>;
}

/**
 * What changes a slug during Heroku's build, or ends up in it, and can't be known without running that build.
 * @param root absolute path of the slug root
 * @param entries that ship, in tar order
 */
export async function findNotWeighed(
  root: string,
  entries: readonly TreeEntry[],
  { submodules, distributions }: BuildFacts,
): Promise<NotWeighed[]> {
  const files = new Set(entries.filter(({ kind }) => kind === "file").map(({ path }) => path));
  const app = await readAppJson(root, entries);
  return [
    ...submodules.map((path) => ({
      what: `submodule ${path}`,
      why: "its files belong to another repository; Heroku ships them if it was deployed with `git push`",
    })),
    ...lfsPointers(root, entries),
    ...buildpacks(app, files),
    ...hooks(files),
    ...corpora(files, distributions),
    ...staticFiles(files, distributions),
    ...afterwards(files),
  ];
}

function lfsPointers(root: string, entries: readonly TreeEntry[]): NotWeighed[] {
  const pointers = entries.flatMap(({ path, kind, size }) => {
    if (kind !== "file" || !mayBeLfsPointer(size)) return [];
    // Read at once: an app may hold tens of thousands of files this small.
    const bytes = lfsSize(readFileSync(join(root, path)));
    return bytes === null ? [] : [{ path, bytes }];
  });
  if (pointers.length === 0) return [];
  const total = pointers.reduce((sum, { bytes }) => sum + bytes, 0);
  const others = pointers.length === 1 ? "" : ` and ${String(pointers.length - 1)} more`;
  return [
    {
      what: `${LFS.notWeighed}${pointers[0]?.path ?? ""}${others}`,
      why: `Heroku does not fetch it: pointers ship, and those are weighed; a build step that fetches the files adds ${mib(total)}`,
    },
  ];
}

/** Heroku's Python buildpack by any of its names: `heroku/python`, the URL of its repository or of its archive. */
const PYTHON_BUILDPACK = /(?:^|[/:])heroku\/(?:heroku-buildpack-)?python(?:\.git|\.tgz)?\/?(?:#.*)?$/i;

function buildpacks(app: AppJson | null, files: ReadonlySet<string>): NotWeighed[] {
  if (app?.buildpacks !== null && app !== null) {
    return app.buildpacks
      .filter((url) => !PYTHON_BUILDPACK.test(url))
      .map((url) => ({ what: `buildpack ${redact(url)}`, why: "it adds files of its own to the slug (app.json)" }));
  }
  const likely: NotWeighed[] = [];
  if (files.has("Aptfile")) {
    likely.push({ what: "Aptfile", why: "the apt buildpack, if the app has it, installs these packages in .apt/" });
  }
  if (files.has("package.json")) {
    likely.push({
      what: "package.json",
      why: "the Node.js buildpack, if the app has it, installs Node.js and node_modules/",
    });
  }
  return likely;
}

function hooks(files: ReadonlySet<string>): NotWeighed[] {
  return ["bin/pre_compile", "bin/post_compile"]
    .filter((path) => files.has(path))
    .map((path) => ({ what: path, why: "the buildpack runs it during the build; it may add or remove anything" }));
}

function corpora(files: ReadonlySet<string>, distributions: ReadonlySet<string>): NotWeighed[] {
  if (!files.has("nltk.txt") || !distributions.has("nltk")) return [];
  return [{ what: "nltk.txt", why: "the buildpack downloads these corpora into the slug" }];
}

function staticFiles(files: ReadonlySet<string>, distributions: ReadonlySet<string>): NotWeighed[] {
  if (!distributions.has("django") || files.has(".heroku/collectstatic_disabled")) return [];
  const manage = [...files].filter((path) => /^(?:[^/]+\/){0,2}manage\.py$/.test(path));
  if (manage.length === 0) return [];
  const why = "the buildpack runs it unless DISABLE_COLLECTSTATIC is set; the copies it makes are in the slug";
  return [{ what: "Django's collectstatic", why }];
}

function afterwards(files: ReadonlySet<string>): NotWeighed[] {
  if (!files.has(".slug-post-clean")) return [];
  const why = "a post-build-clean buildpack, if the app has it, deletes these files; they are weighed";
  return [{ what: ".slug-post-clean", why }];
}
