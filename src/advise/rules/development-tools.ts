import { NO_CHANGE, type AdviceFacts, type AppDistribution, type Rule } from "../../model/advice.js";
import type { PackageManagerName } from "../../model/resolution.js";
import { isImported, listed } from "../replace.js";

/** Tools that work on code rather than run it, by the name of their distribution; with their modules where the names differ. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  ...same("black", "mypy", "ruff", "flake8", "pylint", "isort", "pyflakes", "pycodestyle", "autopep8", "yapf"),
  ...same("bandit", "pyright", "basedpyright", "vulture", "radon", "pydocstyle", "deptry", "autoflake", "pyupgrade"),
  ...same("pytest", "pytest-django", "pytest-cov", "pytest-asyncio", "pytest-mock", "pytest-xdist", "pytest-flask"),
  ...same("tox", "nox", "coverage", "hypothesis", "locust", "moto", "playwright", "selenium", "pytest-playwright"),
  ...same("ipython", "ipykernel", "ipdb", "debugpy", "jupyter", "jupyterlab", "notebook", "nbconvert", "nbstripout"),
  ...same("sphinx", "mkdocs", "twine", "pyinstaller", "tensorboard", "ipywidgets", "qtconsole", "jupyter-console"),
  ipython: ["IPython"],
  sphinx: ["sphinx"],
  pyinstaller: ["PyInstaller"],
  "pre-commit": ["pre_commit"],
  "pip-tools": ["piptools"],
  "mkdocs-material": ["material"],
};

/** What Jupyter is made of: a frozen list names all of it. */
const JUPYTER = /^(?:jupyter(?:lab)?-[\w-]+|nb(?:client|convert|format|classic)|notebook-shim|widgetsnbextension)$/;

const WHERE: Readonly<Record<PackageManagerName, string>> = {
  pip: "a file of its own, such as `requirements-dev.txt`",
  uv: "`[dependency-groups]`, by `uv add --dev`",
  poetry: "`[tool.poetry.group.dev.dependencies]`, by `poetry add --group dev`",
  pipenv: "`[dev-packages]`, by `pipenv install --dev`",
};

/** Tools for development among what a dyno gets: nothing requires them, and no file of the app imports or starts them. */
export const developmentTools: Rule = {
  family: "development tools",
  propose: (facts) => {
    const tools = [...unneeded(facts)].sort(
      (a, b) => b.retained.compressed - a.retained.compressed || (a.name < b.name ? -1 : 1),
    );
    const [subject] = tools;
    if (subject === undefined) return [];
    const names = tools.map(({ name }) => name);
    return [
      {
        id: "development-tools",
        subject: subject.name,
        title: `Move ${listed(names)} out of what production requires`,
        detail: `${names.length === 1 ? "It is a tool" : "They are tools"} for development, nothing else here requires ${names.length === 1 ? "it" : "them"}, no file of the app imports ${names.length === 1 ? "it" : "them"}, and no Procfile or script names ${names.length === 1 ? "it" : "them"}. The place for that is ${WHERE[facts.packageManager]}. What is started in another way may still need one.`,
        sources: ["https://devcenter.heroku.com/articles/python-support"],
        change: { ...NO_CHANGE, without: names },
      },
    ];
  },
};

/** Tools that the app names, and that only other such tools require. */
function unneeded(facts: AdviceFacts): Iterable<AppDistribution> {
  const { distributions, uses } = facts;
  if (uses.imports === null) return [];
  const leaving = new Map<string, AppDistribution>();
  for (const each of distributions.values()) {
    const modules = TOOLS[each.name] ?? (JUPYTER.test(each.name) ? [moduleOf(each.name)] : null);
    if (modules === null || each.places.length === 0) continue;
    if (uses.started.has(each.name) || modules.some((module) => isImported(module, uses) === true)) continue;
    leaving.set(each.name, each);
  }
  for (let size = -1; size !== leaving.size;) {
    size = leaving.size;
    for (const { name, requiredBy } of leaving.values()) {
      if (!requiredBy.every((other) => leaving.has(other))) leaving.delete(name);
    }
  }
  return leaving.values();
}

function same(...names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, [moduleOf(name)]]));
}

function moduleOf(name: string): string {
  return name.replaceAll("-", "_");
}
