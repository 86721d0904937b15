import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Absolute path of a file that stands beside a module: in the sources, and, since `scripts/build.mjs` copies all of them
 * there, beside the bundle. Their names are unique. A `new URL("./file", import.meta.url)` would be clearer, but the
 * bundler rewrites it to a URL in some modules and to a path in others.
 * @param module the module's own `import.meta.url`
 */
export function asset(module: string, name: string): string {
  return join(dirname(fileURLToPath(module)), name);
}
