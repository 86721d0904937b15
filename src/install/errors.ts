import { SideError } from "../errors.js";
import type { Context } from "../ports.js";
import { PUBLISH_A_WHEEL } from "../sandbox/access.js";

/**
 * The failure of an install as a side that can't be weighed, with its hint told from the tool's own words. Paths of
 * this run's scratch directory are taken out: they differ from run to run.
 * @param message what failed, without a full stop
 * @param details the failing tool's last lines
 * @param hint said if the details tell no better one
 */
export function installError(
  message: string,
  details: readonly string[],
  context: Pick<Context, "scratch" | "env">,
  hint = "Run the same install by hand to see more.",
): SideError {
  // uv breaks its lines where a terminal would.
  const text = details.join(" ").replace(/[\s│├╰─▶×]+/g, " ");
  const known = HINTS.find(({ words }) => words.test(text));
  return new SideError(
    "unweighable",
    "install",
    known === undefined ? `${message}.` : `${message}: ${known.why}.`,
    known?.hint ?? hint,
    details.map((line) => withoutPaths(line, context)),
  );
}

/** A failure of this process's own file access; anything else than a full disk or a missing right is thrown as it is. */
export function fileError(error: unknown, context: Pick<Context, "scratch" | "env">): unknown {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT" || code === "EACCES" || code === "EROFS"
    ? installError("The files could not be laid out", [error instanceof Error ? error.message : ""], context)
    : error;
}

/** The system's name of what went wrong, such as `ENOENT`; undefined if the error has none. */
export function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** What a wheel tries that no installer may let it do. */
export function hostileWheel(distribution: string, what: string): SideError {
  return new SideError(
    "unweighable",
    "install",
    `The wheel of ${distribution} is hostile: ${what}.`,
    `Do not install ${distribution}; report it to the index that serves it.`,
  );
}

/** What a build did that none has a reason to do. */
export function hostileBuild(distribution: string, what: string): SideError {
  return new SideError(
    "unweighable",
    "install",
    `The build of ${distribution} is hostile: ${what}.`,
    `Do not install ${distribution}; report it to the index that serves it.`,
  );
}

/** What has to be built is to be had with credentials only, which no build is given. */
export function withoutAccess(
  what: string,
  details: readonly string[],
  context: Pick<Context, "scratch" | "env">,
): SideError {
  return new SideError(
    "unweighable",
    "install",
    `${what} could not be fetched: it has to be built, and asks for credentials.`,
    PUBLISH_A_WHEEL,
    details.map((line) => withoutPaths(line, context)),
  );
}

const HINTS = [
  {
    words: /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i,
    why: "the disk is full",
    hint: "Free some disk space, or point TMPDIR and UV_CACHE_DIR at a larger disk.",
  },
  {
    words: /permission denied|EACCES|read-only file system|EROFS/i,
    why: "a directory can't be written",
    hint: "Make the temporary directory and the uv cache writable.",
  },
  {
    words: /\b40[137]\b[^.]{0,40}(unauthorized|forbidden|proxy)|missing credentials/i,
    why: "its index refused access",
    hint: "Give this run the credentials that Heroku's build has, in the package manager's own variables or in ~/.netrc.",
  },
  {
    words: /hash mismatch/i,
    why: "a file is not the one that was locked",
    hint: "Lock again; if the hash still differs, the file was replaced on the index.",
  },
  {
    words: /no-build|no binary distribution/i,
    why: "it has no wheel for the target, and builds are off",
    hint: 'Set "builds" to "auto", or choose a version that has a wheel.',
  },
  {
    words: /wheel .* is not compatible with the target python/i,
    why: "it would have to be built with the target's Python, which this machine does not have",
    hint: "Make the target's Python available, for instance with actions/setup-python.",
  },
  {
    words:
      /doesn't have a (source distribution or )?wheel|no wheels? .*(platform|python)|not compatible with the current/is,
    why: "nothing usable for the target exists",
    hint: "Choose a version with a wheel for the stack and the Python version, or a source archive.",
  },
  {
    words: /failed to build|build backend|returned exit code|call to `[^`]*build/i,
    why: "its build failed",
    hint: "See the build's last lines; Heroku may have system packages that this machine lacks.",
  },
  {
    words:
      /failed to (extract|unzip|read).{0,80}(archive|zip|wheel)|RECORD file is invalid|unacceptable filename|malformed wheel|invalid package format/i,
    why: "its wheel is damaged, or made to do damage",
    hint: "Choose another version, and tell the index that serves this one.",
  },
  {
    words:
      /failed to (fetch|download)|error sending request|dns error|timed? ?out|connection (refused|reset)|status code 5\d\d/i,
    why: "the index could not be reached",
    hint: "Try again later; check the index's status and the proxy settings.",
  },
] as const;

function withoutPaths(line: string, { scratch, env }: Pick<Context, "scratch" | "env">): string {
  let clean = line.replaceAll(scratch, "…").replace(/…\/app-\w{6}\//g, "…/");
  const cache = env.UV_CACHE_DIR;
  if (cache !== undefined && cache !== "") clean = clean.replaceAll(cache, "…");
  return clean.replace(/\/[^\s'"]*\/((?:sdists|builds|archive|wheels)-v\d+)/g, "…/$1").replace(/\.tmp\w{6}\b/g, ".tmp");
}
