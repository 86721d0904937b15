import { SideError, type Step } from "../errors.js";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Refusal } from "../sandbox/find.js";
import { lastLines } from "../system/run.js";

/** What a failing tool was doing. */
export interface Failure {
  /** As the user knows it: `uv`, `poetry`. */
  readonly tool: string;
  /** Standard error, and standard output where the tool reports there. */
  readonly output: string;
  /** Absolute path of the app's directory. */
  readonly app: string;
  readonly target: Target;
  /** Why nothing is built; null if it is. */
  readonly refusal: Refusal | null;
}

interface Cause {
  readonly words: RegExp;
  readonly state: "invalid" | "unweighable";
  readonly step?: Step;
  /** `{target}` stands for "Python 3.12.14 on heroku-24", `{name}` for the distribution that the tool names. */
  readonly message: string;
  readonly hint: string;
}

function noBuild({ reason, hint }: Refusal): Cause {
  return {
    words: /failed to (download and )?build|builds-v0/i,
    state: "unweighable",
    message: `No wheel of {name} exists for {target}, and ${reason}.`,
    hint,
  };
}

/** In this order: the first that matches is the cause. Text is matched with line breaks as single blanks. */
const CAUSES: readonly Cause[] = [
  {
    words: /no space left on device|disk quota exceeded/i,
    state: "unweighable",
    message: "The requirements could not be resolved: the disk is full.",
    hint: "Free some disk space, or point TMPDIR and UV_CACHE_DIR at a larger disk.",
  },
  {
    words:
      /\b40[137]\b[^.]{0,40}(unauthorized|forbidden|proxy)|authentication credentials|authorization error|could not authenticate|authentication failed/i,
    state: "unweighable",
    message: "An index, a repository or a proxy refused access.",
    hint: "Give this run the credentials that Heroku's build has, for instance in PIP_EXTRA_INDEX_URL or ~/.netrc.",
  },
  {
    words: /hash mismatch/i,
    state: "invalid",
    message: "A file does not have the hash that the app's files name.",
    hint: "Lock again; if the hash still differs, the file was replaced on its index.",
  },
  {
    words: /git operation failed|failed to (clone|resolve|fetch) .*\bgit\b|git\+\S+ .*failed/i,
    state: "unweighable",
    message: "A Git repository that is required could not be fetched.",
    hint: "Check that its URL and revision exist and that this run may read it.",
  },
  {
    words:
      /error sending request|tcp connect|dns error|timed? ?out|connection (refused|reset|closed)|status code:? 5\d\d|50[0234] (internal|bad|service|gateway)|failed to fetch|network (is )?(unreachable|was disabled)|max retries/i,
    state: "unweighable",
    message: "An index could not be reached.",
    hint: "Try again later; check the index's status and the proxy settings.",
  },
  {
    words:
      /unexpected (json|html)|invalid (json|html)|unsupported content-type|content-type|expected value at line|failed to (parse|deserialize).*(json|html)|malformed/i,
    state: "unweighable",
    message: "An index answered with something else than a list of files.",
    hint: "Open the index's URL in a browser: a login page or a captive proxy may answer for it.",
  },
  {
    words: /failed to extract archive|invalid zip|unable to locate the end of central directory|\.dist-info\/RECORD`/i,
    state: "unweighable",
    message: "The wheel of {name} is damaged, or made to do damage.",
    hint: "Choose another version, and tell the index that serves this one.",
  },
  {
    words: /failed to (download and )?build|build backend|failed to prepare|getting requirements to build/i,
    state: "unweighable",
    message: "No wheel of {name} exists for {target}, and its build failed.",
    hint: "See the build's last lines; Heroku may have system packages that this machine lacks.",
  },
  {
    words:
      /incompatible with the project's python requirement|requires-python|does not support python|current python version/i,
    state: "invalid",
    message: "The app's files exclude {target}.",
    hint: "Let .python-version and the Python versions that the project allows agree.",
  },
  {
    words: /exclude newer time|filtered by `exclude-newer`/i,
    state: "invalid",
    message: "As of the cut-off, the requirements can't be satisfied for {target}.",
    hint: "Set a later cutoff, or none: what was published after it does not count.",
  },
  {
    words: /no solution found|unsatisfiable/i,
    state: "invalid",
    message: "The requirements can't be satisfied for {target}.",
    hint: "See the reason below; pip on Heroku would come to the same end.",
  },
  {
    words: /does not appear to be a python project/i,
    state: "invalid",
    message: "A directory that is required has neither pyproject.toml nor setup.py.",
    hint: "Commit one of them there, or take the requirement out.",
  },
  {
    words: /the poetry configuration is invalid/i,
    state: "invalid",
    step: "manifest",
    message: "Poetry can't use pyproject.toml.",
    hint: "Correct what is named below; `poetry check` tells the same.",
  },
  {
    words: /distribution not found at|no such file or directory/i,
    state: "invalid",
    message: "A file or directory that is required is not in the app.",
    hint: "Commit it under the slug root; nothing outside of it is on Heroku.",
  },
  {
    words: /couldn't parse|invalid url|unsupported|expected .* found|toml parse error/i,
    state: "invalid",
    step: "manifest",
    message: "The app's requirements can't be read.",
    hint: "Correct the place that is named below.",
  },
];

const UNKNOWN: Cause = {
  words: /(?:)/,
  state: "unweighable",
  message: "The requirements could not be resolved.",
  hint: "See the tool's last lines below.",
};

/** A tool's failure as a side's, with its cause told from the tool's own words. */
export function toolError(failure: Failure, context: Pick<Context, "scratch" | "env" | "toolsDir">): SideError {
  const lines = meaningful(failure.output);
  const text = lines.join(" ").replace(/[\s│├╰─▶×]+/g, " ");
  const candidates = failure.refusal === null ? CAUSES : [noBuild(failure.refusal), ...CAUSES];
  const cause = candidates.find(({ words }) => words.test(text)) ?? UNKNOWN;
  const name = /failed to (?:download and build|download|build) `([^`=@ ]+)/i.exec(text)?.[1] ?? "a distribution";
  const message = cause.message.replace("{name}", name).replace("{target}", targetPhrase(failure.target));
  const details = lastLines(lines.map((line) => withoutPaths(line, failure.app, context)).join("\n"));
  return new SideError(cause.state, cause.step ?? "resolve", message, cause.hint, details);
}

/** "Python 3.12.14 on heroku-24" */
export function targetPhrase(target: Target): string {
  return `Python ${target.python.full} on ${target.stack}`;
}

/**
 * The text as it would be on any machine: paths of the app relative to it, those of this run's own directories and of
 * caches left out.
 */
export function withoutPaths(
  text: string,
  app: string,
  { scratch, env, toolsDir }: Pick<Context, "scratch" | "env" | "toolsDir">,
): string {
  let clean = text
    .replaceAll(new RegExp(`(file://)?${escape(app)}/`, "g"), "")
    .replaceAll(new RegExp(`(file://)?${escape(app)}(?![\\w.-])`, "g"), ".");
  for (const path of [scratch, toolsDir, env.UV_CACHE_DIR, env.HOME]) {
    if (path !== undefined && path.length > 1) clean = clean.replaceAll(path, "…");
  }
  return clean
    .replace(/\/[^\s'"`]*\/((?:sdists|builds|archive|wheels)-v\d+)/g, "…/$1")
    .replace(/\.tmp\w{6}\b/g, ".tmp")
    .replace(/…\/(?:app|resolve|stand-in|metadata|export)-\w{6}\//g, "");
}

/** Lines that say why; without those that tell of progress and differ from run to run. */
function meaningful(output: string): string[] {
  const noise =
    /^(DEBUG|TRACE|INFO|WARN)\b|^(Using CPython|Resolved \d|Creating virtualenv|Updating dependencies|Resolving dependencies|Building |Built )|^warning: |^Warning: |^If you want to set the version dynamically/;
  return output.split("\n").filter((line) => line.trim() !== "" && !noise.test(line.trim()));
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
