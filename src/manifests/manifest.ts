import { z } from "zod";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import type { Building } from "../sandbox/building.js";
import type { Answers } from "../store/answers.js";
import type { Tools } from "../tools/tools.js";
import type { Indexes, Versions } from "./indexes.js";

/** What an app's files are read for. */
export interface LockRequest {
  /** Absolute path of the directory with the app's files; nothing is written there. */
  readonly app: string;
  readonly target: Target;
  /** Of the target's minor version if there is one, else any. */
  readonly python: Interpreter;
  /** How metadata is had of what does not state it. Refused where `python` is not of the target's minor version. */
  readonly building: Building;
  /** RFC 3339 with `Z`. Matters to package managers without a lock file only. */
  readonly cutoff: string;
  readonly answers: Answers;
}

const LOCATION = z.strictObject({ file: z.string(), line: z.int().nullable() });

const NAMED_REQUIREMENT = z.strictObject({
  /** Normalised name (PEP 503); null if it is only an address. */
  name: z.string().nullable(),
  extras: z.array(z.string()).readonly(),
  location: LOCATION,
  /** Absolute path or URL that it is taken from, as pip has it (`git+https://…`); null for an index. */
  address: z.string().nullable(),
  editable: z.boolean(),
});

/** The form of a `Lock`, which may be remembered between runs. */
export const LOCK = z.strictObject({
  /** Text of a `pylock.toml` (PEP 751). Relative paths in it start from the app's directory. */
  pylock: z.string(),
  /** What the app names itself, in the order of its files. May hold what the target does not get. */
  direct: z.array(NAMED_REQUIREMENT).readonly(),
  /** Normalised names of what it names without a version that alone will do: each time it is installed it may be another one. */
  loose: z.array(z.string()).readonly(),
  /** The sha256 hashes that the app's files allow, by name; `name` absent if any will do. */
  hashes: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
  /** Is a distribution without a hash refused? */
  requireHashes: z.boolean(),
  /** What Heroku has installed before; a distribution of that very version is satisfied by it. */
  preinstalled: z.array(z.strictObject({ name: z.string(), version: z.string() })).readonly(),
  /** URLs with credentials that files of the same origin need. */
  indexUrls: z.array(z.string()).readonly(),
  notes: z.array(z.string()).readonly(),
});

/** What the app's files name by hand; some of it only an address, whose project's name the lock tells. */
export type NamedRequirement = z.infer<typeof NAMED_REQUIREMENT>;

/** An app's requirements in the one form that all package managers are brought to. */
export type Lock = z.infer<typeof LOCK>;

/** What sets one package manager apart from another. */
export interface Manifest {
  /**
   * The texts of the app's files that say all there is to say of its lock; null if it depends on more than some files of
   * known names, such as on a directory of the app.
   */
  sources(app: string): Promise<readonly string[] | null>;
  /**
   * URLs of indexes that the app's files name, with the credentials that the package manager has for them now. Apart from the
   * lock, which may be remembered: credentials are not, and come and go.
   */
  logins(app: string, context: Context): Promise<readonly string[]>;
  /**
   * Where the package manager looks for what the lock does not have yet, as the app's files say. Of a requirements file they are
   * among what is read of it.
   * @throws SideError if they can't be read
   */
  indexes(app: string, versions: Versions, context: Context): Promise<Indexes>;
  /**
   * Brings the app's requirements to the standard form, with the package manager itself where it has a lock file.
   * @throws SideError
   */
  lock(request: LockRequest, tools: Tools, context: Context): Promise<Lock>;
}
