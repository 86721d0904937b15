import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Where layers are kept unless the user says otherwise: as the XDG Base Directory Specification has it (a relative
 * XDG_CACHE_HOME does not count), and where there is no home, a directory of the user's own among the temporary files.
 */
export function defaultCacheDir(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env.XDG_CACHE_HOME ?? "";
  if (isAbsolute(cache)) return join(cache, "slugdiff");
  const home = env.HOME ?? homeOfUser();
  if (isAbsolute(home)) return join(home, ".cache", "slugdiff");
  return join(tmpdir(), `slugdiff-${String(process.getuid?.() ?? "")}`);
}

function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return ""; // A user id without an entry in the system's database, as in some containers.
  }
}
