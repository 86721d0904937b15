import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.js";
import { lastLines, type RunResult } from "../system/run.js";
import { tokenSetting, type Credentials } from "./credentials.js";
import type { Environment, Git, Setting } from "./git.js";

/** Longest that one request to a remote may take. Milliseconds. */
const TIMEOUT = 15 * 60 * 1000;

/** How often it is asked where it may yet answer, the first time counted. */
const TRIES = 3;

/** The user's remote, as our own repository sees it. */
export interface Remote {
  readonly name: string;
  /**
   * Fetches objects, each with all that belongs to it, but no history. They are kept in our own repository.
   * @param ids full object names
   * @throws UserError if the remote can't be reached, refuses, or does not have them
   */
  fetch(ids: readonly string[]): Promise<void>;
  /**
   * What the remote's refs of exactly these names point to (tags peeled), in the order of `refs`.
   * @throws UserError if the remote can't be reached or refuses
   */
  lookUp(refs: readonly string[]): Promise<string[]>;
}

/**
 * The remote named `origin`, else the only one; null if there is none or no telling which.
 * @param user git in the user's repository
 * @param own git in our own bare repository
 * @param protocols the user's GIT_ALLOW_PROTOCOL: which transports may be used
 * @param credentials what may be sent besides what the user configured, if the remote is on that server
 */
export async function findRemote(
  user: Git,
  own: Git,
  protocols: string | undefined,
  credentials: Credentials | null,
): Promise<Remote | null> {
  const names = ((await user.line(["remote"])) ?? "").split("\n").filter((name) => name !== "");
  const name = names.includes("origin") ? "origin" : names.length === 1 ? names[0] : undefined;
  if (name === undefined) return null;
  const partial = await isPartial(user);
  // A relative URL of a local remote is relative to where the user's git would stand.
  const configured = await withSettings(own.at(user.directory), await remoteSettings(user, own, name));
  const token = credentials && (await tokenSetting(configured, name, credentials));
  const git = (token === null ? configured : await withSettings(configured, [token])).at(user.directory, {
    GIT_ALLOW_PROTOCOL: protocols,
    // A remote told of a partial clone's commits would take it to have their files too, and send none.
    ...(partial ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined } : {}),
  });
  return {
    name,
    async fetch(ids) {
      const options = ["--quiet", "--depth=1", "--no-tags", "--recurse-submodules=no", "--no-auto-gc"];
      const input = ids.map((id) => `${id}\n`).join("");
      const result = await askRemote(git, ["fetch", ...options, "--stdin", "--", name], input);
      if (result.code !== 0) throw remoteError(name, result);
    },
    async lookUp(refs) {
      const patterns = refs.flatMap((ref) => [ref, `${ref}^{}`]);
      const result = await askRemote(git, ["ls-remote", "--quiet", "--", name, ...patterns]);
      if (result.code !== 0) throw remoteError(name, result);
      const found = new Map(
        result.stdout
          .toString("utf8")
          .split("\n")
          .map((line) => line.split("\t"))
          .map(([id = "", ref = ""]) => [ref, id] as const),
      );
      return refs.flatMap((ref) => found.get(`${ref}^{}`) ?? found.get(ref) ?? []);
    },
  };
}

/** Whether the user's clone was made with a filter, so that objects of commits it has may be missing. */
export async function isPartial(user: Git): Promise<boolean> {
  const settings = [
    "config",
    "--get-regexp",
    "^(extensions\\.partialclone|remote\\..*\\.(promisor|partialclonefilter))$",
  ];
  return (await user.line(settings)) !== null;
}

/**
 * What the user's repository adds to git's configuration (its own file, what that includes, `includeIf` on its
 * directory) and our own repository therefore lacks, as far as it decides how the remote is reached. Passed by
 * variables: a URL or header can hold a credential, and every process can read another's arguments.
 */
async function remoteSettings(user: Git, own: Git, remote: string): Promise<Setting[]> {
  const [theirs, ours] = await Promise.all([user.settings(), own.settings()]);
  const known = new Map<string, number>();
  const textOf = (setting: Setting): string => setting.join("\n");
  for (const setting of ours) known.set(textOf(setting), (known.get(textOf(setting)) ?? 0) + 1);
  const added = theirs.filter((setting) => {
    const count = known.get(textOf(setting)) ?? 0;
    known.set(textOf(setting), count - 1);
    return count <= 0;
  });
  return added.filter(([key]) => concernsRemote(key, remote));
}

/** The same git with more settings, which come after those it has. */
async function withSettings(git: Git, settings: readonly Setting[]): Promise<Git> {
  const variables = (await readsNumberedVariables(git)) ? numbered(settings, git.env) : quoted(settings, git.env);
  return git.at(git.directory, variables);
}

/** Git reads GIT_CONFIG_COUNT from 2.31 on. */
async function readsNumberedVariables(git: Git): Promise<boolean> {
  const version = /(\d+)\.(\d+)/.exec((await git.line(["version"])) ?? "");
  const [major, minor] = [Number(version?.[1] ?? 2), Number(version?.[2] ?? 31)];
  return major > 2 || minor >= 31;
}

/** After those that the environment has already. */
function numbered(settings: readonly Setting[], env: Environment): Environment {
  const first = Number(env.GIT_CONFIG_COUNT ?? "0") || 0;
  const variables = settings.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${String(first + index)}`, key],
    [`GIT_CONFIG_VALUE_${String(first + index)}`, value],
  ]);
  return { ...Object.fromEntries<string>(variables), GIT_CONFIG_COUNT: String(first + settings.length) };
}

/** What `git -c` sets for the processes it starts, each `key=value` quoted for a shell (quote.c); any git reads it. */
function quoted(settings: readonly Setting[], env: Environment): Environment {
  const quotes = settings.map(([key, value]) => `'${`${key}=${value}`.replace(/['!]/g, "'\\$&'")}'`);
  return { GIT_CONFIG_PARAMETERS: [env.GIT_CONFIG_PARAMETERS ?? [], quotes].flat().join(" ") };
}

function concernsRemote(key: string, remote: string): boolean {
  return (
    /^(credential|http|url)\./.test(key) ||
    /^(core\.(sshcommand|gitproxy)|ssh\.variant)$/.test(key) ||
    ["url", "proxy", "proxyauthmethod"].some((name) => key === `remote.${remote}.${name}`)
  );
}

/** Asks again, a little later each time, where the server failed or the connection was cut. */
async function askRemote(git: Git, args: readonly string[], input = ""): Promise<RunResult> {
  for (let tried = 1; ; tried++) {
    const result = await git.run(args, input, TIMEOUT);
    if (result.code === 0 || tried === TRIES || !PASSING.test(result.stderr)) return result;
    await sleep(tried ** 2 * 1000, undefined, { signal: git.signal }).catch((error: unknown) => {
      git.signal.throwIfAborted();
      throw error;
    });
  }
}

/** What git and curl say of a failure that may be over in a moment. Where nobody is at all, as offline, nobody is waited for. */
const PASSING =
  /returned error: (?:408|429|5\d\d)\b|RPC failed; curl (?!22)|early EOF|transfer closed|empty reply|connection (?:was )?reset|recv failure/i;

function remoteError(remote: string, { stderr }: RunResult): UserError {
  const [message, hint] = explain(stderr);
  return new UserError(`The remote "${remote}" ${message}.`, hint, lastLines(stderr));
}

function explain(stderr: string): readonly [message: string, hint: string] {
  if (/not our ref|unadvertised object|no such remote ref|couldn't find remote ref/i.test(stderr)) {
    return [
      "does not have what this clone lacks",
      "Push the commit, or clone with its history: `fetch-depth: 0` of actions/checkout.",
    ];
  }
  if (
    /authentication failed|could not read (username|password)|permission denied|access denied|\b40[13]\b/i.test(stderr)
  ) {
    return [
      "refused access",
      "Give the job's token `contents: read`, or have actions/checkout fetch the base too: `fetch-depth: 0`.",
    ];
  }
  if (/repository .*not found|does not appear to be a git repository|\b404\b/i.test(stderr)) {
    return [
      "was not found, or may not be seen",
      "Check its URL (`git remote -v`) and your access to it; a job needs `contents: read`.",
    ];
  }
  return ["could not be reached", "Check the network, or fetch the revision yourself before."];
}
