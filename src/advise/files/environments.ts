import type { FileRule, Found } from "./rule.js";

const remove = ({ name }: Found): string =>
  `Remove it with \`git rm -r --cached\`, and add ${name} to \`.gitignore\`. Heroku installs what the app requires itself.`;

/** Environments and packages that somebody committed. What runs may be told to use them: no `.slugignore`. */
export const ENVIRONMENTS: readonly FileRule[] = [
  {
    id: "committed-environment",
    level: "advice",
    match: { by: "folder", name: /./, evidence: /^(?:pyvenv\.cfg|conda-meta\/history)$/ },
    group: "each",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove the virtual environment ${name} from the repository`,
    detail: (found) =>
      `It was made on another machine and is shipped beside the one that Heroku makes. ${remove(found)}`,
    sources: ["https://devcenter.heroku.com/articles/python-support"],
  },
  {
    id: "committed-packages",
    level: "advice",
    match: { by: "folder", name: /^(?:site-packages|dist-packages|__pypackages__)$/, evidence: null },
    group: "each",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove the installed packages in ${name} from the repository`,
    detail: (found) => `Installed packages are in the slug once more than they need to be. ${remove(found)}`,
    sources: ["https://devcenter.heroku.com/articles/python-support"],
  },
  {
    id: "node-modules",
    level: "advice",
    match: { by: "folder", name: /^node_modules$/, evidence: null },
    group: "all",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove ${name} from the repository`,
    detail: () =>
      "Build the assets with the Node.js buildpack before the Python one, which installs these packages anew and can prune them afterwards. " +
      "If the app serves files out of them as they are, copy those into its static files.",
    sources: ["https://devcenter.heroku.com/articles/nodejs-support"],
  },
  {
    id: "committed-wheels",
    level: "advice",
    match: { by: "file", takes: ({ path }) => path.toLowerCase().endsWith(".whl") },
    group: "top",
    least: null,
    ignore: "never",
    title: ({ name }) => `Install the wheels in ${name} from somewhere else`,
    detail: () =>
      "A wheel is only needed while Heroku builds, but ships beside what was installed from it. `.slugignore` can't help: it acts before the build. " +
      "Require the package from an index, or by a URL with its hash.",
    sources: [],
  },
];
