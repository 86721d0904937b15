import { join } from "node:path";
import { SideError } from "../errors.js";
import { toolError } from "../resolve/errors.js";
import { run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { backToApp } from "./copy.js";
import { poetryIndexUrls, poetryLoginVariables, poetrySources } from "./index-logins.js";
import { poetryIndexes, sourcesIn } from "./indexes.js";
import type { Manifest } from "./manifest.js";
import { projectRequirements, readManifest, readToml, tableAt, tableRequirements } from "./project.js";
import { inStandIn } from "./stand-in.js";

const FILES: readonly string[] = ["pyproject.toml", "poetry.lock"];

/** Heroku runs `poetry sync --only main`; the export plugin says what that installs. */
export const poetry: Manifest = {
  async sources(app) {
    const texts = await Promise.all(FILES.map((name) => readManifest(app, name)));
    return texts.some((text) => /^type = "(?:directory|file)"$/m.test(text)) ? null : texts;
  },
  async logins(app, context) {
    return poetryIndexUrls(await poetrySources(await readToml(app, "pyproject.toml"), context));
  },
  async indexes(app, versions, context) {
    const [project, lock] = await Promise.all([readToml(app, "pyproject.toml"), readToml(app, "poetry.lock")]);
    const dependencies = tableAt(project.table, "tool", "poetry", "dependencies") ?? {};
    return poetryIndexes(await poetrySources(project, context), dependencies, sourcesIn(lock.table, versions));
  },
  async lock(request, tools, context) {
    const { app, target } = request;
    const project = await readToml(app, "pyproject.toml");
    await readToml(app, "poetry.lock"); // Names the line, where Poetry does not.
    const program = await tools.poetry();
    const args = ["export", "--format", "pylock.toml", "--only", "main", "--no-ansi", "--no-interaction"];
    // The environment's word counts for more than that of the app's own poetry.toml.
    const env = {
      ...toolEnvironment(context.env),
      ...poetryLoginVariables(await poetrySources(project, context)),
      POETRY_VIRTUALENVS_CREATE: "false",
      POETRY_VIRTUALENVS_IN_PROJECT: "false",
      POETRY_VIRTUALENVS_PATH: join(context.scratch, "no-virtualenvs"),
    };
    const { result, pylock } = await inStandIn(app, FILES, context, async (directory) => {
      const result = await run(program, [...args, "--project", directory], {
        cwd: directory,
        env,
        signal: context.signal,
      });
      return { result, pylock: backToApp(result.stdout.toString("utf8"), directory, app) };
    });
    const output = `${result.stderr}\n${result.code === 0 ? "" : result.stdout.toString("utf8")}`;
    if (/changed significantly since poetry\.lock was last generated|poetry\.lock is not up to date/i.test(output)) {
      throw new SideError(
        "invalid",
        "manifest",
        "poetry.lock is out of date: it does not follow from pyproject.toml.",
        "Run `poetry lock` and commit poetry.lock.",
      );
    }
    if (result.code !== 0) throw toolError({ tool: "poetry", output, app, target, refusal: null }, context);
    const legacy = tableRequirements(project, "tool", "poetry", "dependencies").filter(({ name }) => name !== "python");
    const standard = await projectRequirements(project, request, tools);
    const linked = tableAt(project.table, "tool", "poetry")?.["package-mode"] !== false;
    return {
      pylock,
      // `tool.poetry.dependencies` then only says more about what `project.dependencies` names.
      direct: standard.length > 0 ? standard : legacy,
      loose: [],
      hashes: {},
      requireHashes: false,
      preinstalled: [],
      indexUrls: [],
      notes: linked
        ? ["The project itself is installed as a link to the app's files: a few hundred bytes, not weighed."]
        : [],
    };
  },
};
