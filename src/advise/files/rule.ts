import type { FileAdvice, ModelFacts } from "../../model/file-advice.js";
import type { Entry } from "../../model/layer.js";
import type { Sniffed } from "../../model/sniffed.js";
import type { Weight } from "../../model/weight.js";

/** What a rule found, as its words need it. */
export interface Found {
  /** As `FileAdvice.subject`. */
  readonly subject: string;
  /** The subject for a sentence, in a code span. */
  readonly name: string;
  /** How many files: `1 file`, `300 files`. */
  readonly count: string;
  readonly entries: readonly Entry[];
  readonly weight: Weight;
  readonly sniffed: Sniffed;
  /** Of a rule with a framework. */
  readonly model: ModelFacts | null;
}

/** Which of an app's entries a rule is about. */
export type Match =
  | {
      readonly by: "folder";
      /** Of the folder itself. */
      readonly name: RegExp;
      /** A path within the folder without which its name means nothing; null if the name says it all. */
      readonly evidence: RegExp | null;
      /** A path within the folder that says it is something else: code. */
      readonly unless?: RegExp;
    }
  | {
      readonly by: "file";
      /** Whether it takes this file. */
      takes(entry: Entry, sniffed: Sniffed): boolean;
    };

/** One class of files. The tables list them; the first rule that takes an entry has it. */
export interface FileRule {
  readonly id: string;
  readonly level: "warning" | "advice";
  readonly match: Match;
  /**
   * What makes one piece of advice: all there is, each folder that matched, or the files below the same folder at the
   * top; or what `key` says is one.
   */
  readonly group: "all" | "each" | "top" | ((entry: Entry) => string);
  /** Compressed bytes below which a group is no news; the noise floor if that is more. Null: never too small. */
  readonly least: number | null;
  /**
   * Whether `.slugignore` may leave it out. `names`: every file or folder so named is of the class, so that one pattern
   * does for many; `paths`: only those found.
   */
  readonly ignore: "never" | "paths" | "names";
  /** For models: whose they are, for people. */
  readonly framework?: string;
  /** Whether there is something to do about a group of that size; always, if this is not given. */
  readonly worth?: (found: Found) => boolean;
  /** What it saves, where that is not all that was found. */
  readonly saves?: (found: Found) => Pick<FileAdvice, "saving" | "error">;
  readonly title: (found: Found) => string;
  readonly detail: (found: Found) => string;
  readonly sources: readonly string[];
}

/** Heroku's page on what makes a slug and what `.slugignore` does. */
export const SLUG_COMPILER = "https://devcenter.heroku.com/articles/slug-compiler";
/** In Slugdiff's own repository. */
export const OBJECT_STORAGE = "examples/model-in-object-storage";

/** The extension of a path in lower case, without its dot; empty if there is none. */
export function extension(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
