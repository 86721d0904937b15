import type { Entry } from "../model/layer.js";
import { PYTHON_HOME, sitePackages } from "../model/target.js";

/** What a distribution can be used by. */
export interface Provided {
  /** Top-level modules, sorted: what `import` takes. */
  readonly modules: readonly string[];
  /** Names of the programs in the runtime's `bin`, sorted. */
  readonly programs: readonly string[];
}

/** Modules that distributions ship by mistake; an app's own have such names. */
const MISTAKES: ReadonlySet<string> = new Set([
  ...["test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "scripts"],
]);

const CODE = /\.(?:py|pyc|so)$/;

/**
 * What a layer's files can be imported as and started by. Of a namespace package (`google`) the name that all share is given.
 * @param paths relative to the slug root
 * @param minor Python's, such as `3.12`
 */
export function providedBy(paths: Iterable<Entry["path"]>, minor: string): Provided {
  const [site, bin] = [`${sitePackages(minor)}/`, `${PYTHON_HOME}/bin/`];
  const modules = new Set<string>();
  const programs = new Set<string>();
  for (const path of paths) {
    if (path.startsWith(bin)) programs.add(path.slice(bin.length));
    if (!path.startsWith(site) || !CODE.test(path)) continue;
    // `six.py`, `_cffi_backend.cpython-312-x86_64-linux-gnu.so` and `flask/app.py` alike.
    const [name = ""] = path.slice(site.length).split(/[./]/, 1);
    if (/^[A-Za-z_]\w*$/.test(name) && name !== "__pycache__" && !MISTAKES.has(name)) modules.add(name);
  }
  return { modules: [...modules].sort(), programs: [...programs].sort() };
}
