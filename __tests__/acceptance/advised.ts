import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/model/report.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { attempt, emptyCache } from "../bad-input/support.js";
import { createWorld, make, serve, type Made } from "../resolve/support.js";
import { commit, newRepository } from "../revisions/fixtures.js";
import { reportOf, type Files, type Texts } from "./support.js";

/** Apps that require distributions of an index of the test's own. */
export interface Apps {
  /** Minor version of the Python that they are for. */
  readonly python: string;
  /** Knows what earlier weighings have learnt. */
  readonly cache: string;
  /** URL of the index. */
  readonly index: string;
  /** An app's manifest in a manager's words. */
  manifest(manager: PackageManagerName, requirements: readonly string[]): Texts;
  /** The app with the lock that its package manager makes of its manifest. */
  locked(manager: PackageManagerName, files: Texts): Promise<Texts>;
  weighed(files: Files, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Report>;
  close(): Promise<void>;
}

/** @param wheels what the index has */
export async function openApps(wheels: readonly Made[]): Promise<Apps> {
  const world = await createWorld();
  const index = await serve(await make(world, wheels));
  const cache = emptyCache();
  const python = world.target.python.minor;
  // Poetry remembers by this name what an index has.
  const source = `ours-${new URL(index.url).port}`;
  return {
    python,
    cache,
    index: index.url,
    manifest: (manager, requirements) => {
      const rows = requirements.map((each) => {
        const [, name = "", extras, version = ""] = /^([\w.-]+)(?:\[(.*)\])?(.*)$/.exec(each) ?? [];
        return extras === undefined
          ? `${name} = "${version}"`
          : `${name} = { version = "${version}", extras = ["${extras}"] }`;
      });
      switch (manager) {
        case "pip":
          return { "requirements.txt": `--index-url ${index.url}\n${requirements.join("\n")}\n` };
        case "uv":
          return {
            "pyproject.toml": `[project]\nname = "site"\nversion = "1"\nrequires-python = ">=${python}"\ndependencies = [\n${requirements.map((each) => `  ${JSON.stringify(each)},\n`).join("")}]\n[[tool.uv.index]]\nurl = "${index.url}"\ndefault = true\n`,
          };
        case "poetry":
          return {
            "pyproject.toml": `[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = ">=${python},<4"\n${rows.join("\n")}\n[[tool.poetry.source]]\nname = "${source}"\nurl = "${index.url}"\n`,
          };
        case "pipenv":
          return {
            Pipfile: `[[source]]\nname = "ours"\nurl = "${index.url}"\nverify_ssl = false\n[packages]\n${rows.join("\n")}\n`,
          };
      }
    },
    locked: async (manager, files) => {
      if (manager === "pip") return files;
      const app = await world.app(files);
      const path = world.interpreter.path;
      const [lock, args] = {
        uv: ["uv.lock", ["lock", "--quiet", "--python", path]] as const,
        poetry: ["poetry.lock", ["lock", "--no-interaction"]] as const,
        pipenv: ["Pipfile.lock", ["lock", "--python", path]] as const,
      }[manager];
      await world.start(await world.tools[manager](), args, app, {
        POETRY_VIRTUALENVS_CREATE: "false",
        WORKON_HOME: join(app, ".environments"),
      });
      return { ...files, [lock]: readFileSync(join(app, lock), "utf8") };
    },
    weighed: async (files, args = [], env = {}) => {
      const repository = newRepository();
      commit(repository, { ".python-version": `${python}\n`, ...files });
      const where = ["--repo", repository, "--cache-dir", cache, "--format", "json"];
      return reportOf(await attempt(["weigh", ...where, ...args], env));
    },
    close: async () => {
      index.close();
      await world.remove();
    },
  };
}
