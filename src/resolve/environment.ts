import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import { toolEnvironment } from "../tools/environment.js";

/**
 * The values that environment markers (PEP 508) have on a dyno. The kernel's release and version are Heroku's to change
 * at any time; a plausible one stands for them.
 */
export function markerEnvironment({ python }: Target): Readonly<Record<string, string>> {
  return {
    implementation_name: "cpython",
    implementation_version: python.full,
    os_name: "posix",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "6.8.0",
    platform_system: "Linux",
    platform_version: "#1 SMP",
    python_full_version: python.full,
    python_version: python.minor,
    sys_platform: "linux",
  };
}

/**
 * The environment for uv. If nothing may be built, uv's cache has a file where it would make the directory to build in:
 * it then still reads the metadata that source archives state, so that it chooses the versions that Heroku would get, and
 * fails with the distribution's name where it would have to run somebody's code. Its own `--no-build` passes over
 * such versions in silence.
 */
export async function uvEnvironment(mayBuild: boolean, context: Context): Promise<Record<string, string>> {
  const env = toolEnvironment(context.env);
  if (mayBuild) return env;
  const cache = join(context.scratch, "uv-cache-without-builds");
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, "builds-v0"), "");
  return { ...env, UV_CACHE_DIR: cache };
}

/**
 * The environment without the indexes that it names, but with the credentials for them: for what the app's own files say
 * all about. uv takes a lock for out of date whose index is not among those it is told of.
 * @param keepDefault leaves what stands for PyPI
 */
export function withoutIndexes(env: Readonly<Record<string, string>>, keepDefault: boolean): Record<string, string> {
  const dropped = ["UV_INDEX", "UV_EXTRA_INDEX_URL", ...(keepDefault ? [] : ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.includes(name)));
}
