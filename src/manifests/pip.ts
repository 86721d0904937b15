import { preinstalledTools } from "../platforms/buildpack.js";
import { PYPI } from "./indexes.js";
import type { Manifest } from "./manifest.js";
import { resolveRequirements } from "./requirements.js";

/** Heroku runs `pip install -r requirements.txt`: no lock file, so it is resolved here, as of the cut-off. */
export const pip: Manifest = {
  logins: () => Promise.resolve([]), // They are in what pip is told of indexes.
  indexes: () => Promise.resolve(PYPI),
  sources: () => Promise.resolve(null), // It may include files of any name.
  lock(request, tools, context) {
    const preinstalled = preinstalledTools("pip", request.target.python.minor);
    const options = { writtenFrom: null, dependencies: true, cutoff: request.cutoff, preinstalled };
    return resolveRequirements("requirements.txt", options, request, tools, context);
  },
};
