import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { run } from "../system/run.js";
import { systemErrorCode } from "../system/system-error.js";
import { onPath } from "../system/which.js";
import { toolEnvironment } from "../tools/environment.js";
import { isTable, tables } from "../model/toml.js";
import { tableAt, type TomlFile } from "./project.js";

type Environment = Context["env"];

/** Who asks an index. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** An index that the app's settings of uv name. */
export interface UvIndex {
  readonly name: string | null;
  /** With the credentials that uv has for it by its name. */
  readonly url: string;
  readonly isDefault: boolean;
  /** Is it asked only for what is told to come from there? */
  readonly isExplicit: boolean;
}

/**
 * The indexes that the app's settings of uv name, in uv's order, with the credentials that uv has for them by their names. A lock
 * has neither, and where it is installed from, uv knows no names.
 */
export function uvIndexList(settings: TomlTable, env: Environment): UvIndex[] {
  const unnamed = (key: string, isDefault: boolean): UvIndex[] =>
    [settings[key]].flat().flatMap((url) => {
      return typeof url === "string" ? [{ name: null, url, isDefault, isExplicit: false }] : [];
    });
  return [
    ...namedIndexes(settings.index).flatMap(({ name, url, table }) => {
      if (url === null) return [];
      const login = name === null ? null : loginIn(env, "UV_INDEX_", name.replace(/[^a-z0-9]/gi, "_"));
      const [isDefault, isExplicit] = [table.default === true, table.explicit === true];
      return [{ name, url: login === null ? url : withLogin(url, login), isDefault, isExplicit }];
    }),
    ...unnamed("extra-index-url", false),
    ...unnamed("index-url", true),
  ];
}

/** A source that `[tool.poetry]` names. */
export interface PoetrySource {
  readonly name: string | null;
  /** Null for PyPI. */
  readonly url: string | null;
  readonly priority: string;
  /** That Poetry has for it; null if it has none. */
  readonly login: Login | null;
}

/** Logins are in variables, in Poetry's own file, or the name is there and the password in the keyring. */
export async function poetrySources({ table }: TomlFile, context: Context): Promise<PoetrySource[]> {
  const stored = await storedByPoetry(context.env);
  const loginOf = async (name: string): Promise<Login | null> => {
    const login = loginIn(context.env, "POETRY_HTTP_BASIC_", variableName(name)) ?? stored(name);
    if (login === null) return null;
    const { user } = login;
    const password = login.password ?? (await inKeyring(`poetry-repository-${name}`, user, context));
    return password === null ? null : { user, password };
  };
  const listed = namedIndexes(tableAt(table, "tool", "poetry")?.source);
  const sources = listed.map(async ({ name, url, table: { priority } }) => {
    const login = name === null || url === null ? null : await loginOf(name);
    return { name, url, priority: typeof priority === "string" ? priority.toLowerCase() : "primary", login };
  });
  return Promise.all(sources);
}

/** URLs of the sources but PyPI, with their logins. */
export function poetryIndexUrls(sources: readonly PoetrySource[]): string[] {
  return sources.flatMap(({ url, login }) => {
    if (url === null) return [];
    return [login === null ? url : withLogin(url, login)];
  });
}

/** The logins as Poetry reads them from variables: its own keyring is another one than the user's. */
export function poetryLoginVariables(sources: readonly PoetrySource[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name, login } of sources) {
    if (name === null || login === null) continue;
    const prefix = `POETRY_HTTP_BASIC_${variableName(name).toUpperCase()}`;
    variables[`${prefix}_USERNAME`] = login.user;
    variables[`${prefix}_PASSWORD`] = login.password;
  }
  return variables;
}

/** As Poetry has it in variables. */
function variableName(name: string): string {
  return name.replaceAll("-", "_");
}

interface NamedIndex {
  readonly name: string | null;
  /** Null where none is said. */
  readonly url: string | null;
  /** All that is said of it. */
  readonly table: TomlTable;
}

function namedIndexes(listed: TomlValue | undefined): NamedIndex[] {
  return tables(listed).map((table) => {
    const { name, url } = table;
    return { name: typeof name === "string" ? name : null, url: typeof url === "string" ? url : null, table };
  });
}

function withLogin(url: string, { user, password }: Login): string {
  const login = `${encodeURIComponent(user)}${password === "" ? "" : `:${encodeURIComponent(password)}`}@`;
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?/i, (_, scheme: string) => scheme + login);
}

function loginIn(env: Environment, prefix: string, name: string): Login | null {
  const [user = "", password = ""] = ["USERNAME", "PASSWORD"].map(
    (part) => env[`${prefix}${name.toUpperCase()}_${part}`],
  );
  return user === "" && password === "" ? null : { user, password };
}

/** What `poetry config http-basic.…` keeps in its own file: no password where there is a keyring for it. */
async function storedByPoetry(
  env: Environment,
): Promise<(name: string) => { readonly user: string; readonly password: string | null } | null> {
  const directory = env.POETRY_CONFIG_DIR ?? join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? "/", ".config"), "pypoetry");
  let logins: TomlValue | undefined;
  try {
    logins = parse(await readFile(join(directory, "auth.toml"), "utf8"))["http-basic"];
  } catch (error) {
    // Poetry would tell of a broken one.
    if (systemErrorCode(error) === null && !(error instanceof TomlError)) throw error;
  }
  return (name) => {
    const login = isTable(logins) && Object.hasOwn(logins, name) ? logins[name] : undefined;
    const { username, password } = isTable(login) ? login : {};
    if (typeof username !== "string") return null;
    return { user: username, password: typeof password === "string" ? password : null };
  };
}

/** Milliseconds: a keyring that is locked asks somebody, who is not here. */
const PATIENCE = 15_000;

/** A password of the user's keyring, as the `keyring` on PATH tells it; null if there is none, or no such program. */
async function inKeyring(service: string, user: string, { env, scratch, signal }: Context): Promise<string | null> {
  const [program] = await onPath("keyring", env);
  if (program === undefined) return null;
  try {
    const options = { cwd: scratch, env: toolEnvironment(env), signal, timeout: PATIENCE };
    const { code, stdout } = await run(program, ["get", service, user], options);
    const password = stdout.toString("utf8").replace(/\r?\n$/, "");
    return code === 0 && password !== "" ? password : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
