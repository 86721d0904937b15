import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, TomlError, type TomlValue } from "smol-toml";
import type { Context } from "../ports.js";
import { systemErrorCode } from "../system/system-error.js";
import { isTable, tableAt, type TomlFile } from "./project.js";

type Environment = Context["env"];

interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * URLs of the indexes that `[tool.uv]` names, with the credentials that uv has for them by their names. A lock has neither,
 * and where it is installed from, uv knows no names.
 */
export function uvIndexUrls({ table }: TomlFile, env: Environment): string[] {
  const settings = tableAt(table, "tool", "uv") ?? {};
  const unnamed = [settings["index-url"], settings["extra-index-url"]].flat().filter((url) => typeof url === "string");
  return [
    ...unnamed,
    ...indexUrls(settings.index, (name) => loginIn(env, "UV_INDEX_", name.replace(/[^a-z0-9]/gi, "_"))),
  ];
}

/** URLs of the sources that `[tool.poetry]` names, with the credentials that Poetry has for them in variables or its own file. */
export async function poetryIndexUrls({ table }: TomlFile, env: Environment): Promise<string[]> {
  const stored = await storedByPoetry(env);
  return indexUrls(tableAt(table, "tool", "poetry")?.source, (name) => {
    return loginIn(env, "POETRY_HTTP_BASIC_", name.replaceAll("-", "_")) ?? stored(name);
  });
}

function indexUrls(listed: TomlValue | undefined, loginOf: (name: string) => Login | null): string[] {
  return (Array.isArray(listed) ? listed : []).flatMap((item) => {
    const { name, url } = isTable(item) ? item : {};
    if (typeof url !== "string") return [];
    const login = typeof name === "string" ? loginOf(name) : null;
    return [login === null ? url : withLogin(url, login)];
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

/** What `poetry config http-basic.…` keeps where there is no keyring. */
async function storedByPoetry(env: Environment): Promise<(name: string) => Login | null> {
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
    return typeof username === "string" && typeof password === "string" ? { user: username, password } : null;
  };
}
