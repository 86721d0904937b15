import type { DirectRequirement } from "../model/resolution.js";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import type { Building } from "../sandbox/building.js";
import type { Tools } from "../tools/tools.js";

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
}

/** What the app's files name by hand; some of it only an address, whose project's name the lock tells. */
export interface NamedRequirement extends Omit<DirectRequirement, "name"> {
  /** Normalised name (PEP 503); null if it is only an address. */
  readonly name: string | null;
  /** Absolute path or URL that it is taken from, as pip has it (`git+https://…`); null for an index. */
  readonly address: string | null;
  readonly editable: boolean;
}

/** An app's requirements in the one form that all package managers are brought to. */
export interface Lock {
  /** Text of a `pylock.toml` (PEP 751). Relative paths in it start from the app's directory. */
  readonly pylock: string;
  /** What the app names itself, in the order of its files. May hold what the target does not get. */
  readonly direct: readonly NamedRequirement[];
  /** The sha256 hashes that the app's files allow, by name; `name` absent if any will do. */
  readonly hashes: ReadonlyMap<string, readonly string[]>;
  /** Is a distribution without a hash refused? */
  readonly requireHashes: boolean;
  /** What Heroku has installed before; a distribution of that very version is satisfied by it. */
  readonly preinstalled: readonly { readonly name: string; readonly version: string }[];
  /** URLs with credentials that files of the same origin need. */
  readonly indexUrls: readonly string[];
  readonly notes: readonly string[];
}

/** What sets one package manager apart from another. */
export interface Manifest {
  /**
   * Brings the app's requirements to the standard form, with the package manager itself where it has a lock file.
   * @throws SideError
   */
  lock(request: LockRequest, tools: Tools, context: Context): Promise<Lock>;
}
