import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseLock, selectFromLock } from "../install/lock.js";
import { preinstalled } from "../install/preinstalled.js";
import { uvInstall } from "../install/uv.js";
import { isReadyWheel, type Resolution, type ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME, type Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import type { Tools } from "../tools/tools.js";

/**
 * Installs what an app has on Heroku, to be run by this machine's Python: all that comes as a wheel, since no framework has to be
 * built, and what Heroku puts beside it, since TensorFlow needs setuptools.
 * @param app absolute path that relative paths of the lock start from
 * @param into absolute path of a directory for this alone; it is made
 * @returns absolute path of the directory of the packages
 * @throws SideError
 */
export async function installPackages(
  { distributions, pylock, packageManager }: Resolution,
  { app, into, target, python }: { app: string; into: string; target: Target; python: Interpreter },
  tools: Pick<Tools, "uv" | "defaultIndex">,
  context: Context,
): Promise<string> {
  const root = join(into, "root");
  await mkdir(join(root, PYTHON_HOME), { recursive: true });
  const installer = { uv: await tools.uv(), python, target, builds: false, cutoff: null };
  const index = await tools.defaultIndex();
  const add = async (lock: string, some: readonly ResolvedDistribution[]): Promise<void> => {
    const selected = selectFromLock(parseLock(lock, index), some, app, ({ name }) => {
      throw new Error(`${name} is a directory, not a wheel`);
    });
    await uvInstall(selected, some, { work: into, root, sandbox: null }, installer, context);
  };
  const beside = preinstalled(packageManager, target, tools, context);
  // The app's own come last, and stand.
  if (beside.environment === null && beside.distributions.length > 0)
    await add(await beside.lock(), beside.distributions);
  await add(
    pylock,
    distributions.filter(({ source }) => isReadyWheel(source)),
  );
  return join(root, PYTHON_HOME, `lib/python${target.python.minor}/site-packages`);
}
