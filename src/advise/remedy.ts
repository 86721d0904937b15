import type { ManifestChange } from "../model/advice.js";
import type { Remedy, Step } from "../model/report.js";
import type { PackageManagerName } from "../model/resolution.js";
import { changedLines, type NamedAt } from "./lines.js";

/** Brings the lock up to date after a change of the manifest. */
const LOCK: Readonly<Record<PackageManagerName, string | null>> = {
  pip: null,
  uv: "uv lock",
  poetry: "poetry lock",
  pipenv: "pipenv lock",
};

/**
 * What to do, in steps, to make a change of what an app requires.
 * @param direct what the app names itself
 * @param texts the app's own files by path
 */
export function remedyFor(
  change: ManifestChange,
  manager: PackageManagerName,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Remedy {
  if (change.exclude.length > 0 && manager !== "uv") {
    const because = `not possible with ${manager}, because it can't leave out what something requires`;
    return { possible: false, because, steps: [] };
  }
  const command = LOCK[manager];
  return {
    possible: true,
    because: null,
    steps: [
      ...requirementSteps(change, manager, direct, texts),
      ...excludeSteps(change),
      ...change.indexes.map((url) => indexStep(url, change, manager)),
      ...(command === null ? [] : [{ kind: "command" as const, file: null, lines: [command], note: null }]),
    ],
  };
}

function requirementSteps(
  change: ManifestChange,
  manager: PackageManagerName,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Step[] {
  if (change.without.length + change.with.length === 0) return [];
  const changes = changedLines(change, manager, direct, texts);
  if (changes === null) {
    const words = [
      ...(change.without.length > 0 ? [`without: ${change.without.join(", ")}`] : []),
      ...change.with.map((each) => `with: ${each}`),
    ];
    return [
      { kind: "text", file: null, lines: words, note: "The lines could not be told: change the requirements so." },
    ];
  }
  const files = [...new Set(changes.map(({ file }) => file))];
  return files.map((file): Step => {
    const own = changes.filter((each) => each.file === file);
    const lines = own.flatMap(({ before, after }) => [
      ...before.map((line) => `-${line}`),
      ...after.map((line) => `+${line}`),
    ]);
    const isHashed = own.some(({ before }) => before.length > 1);
    const note = isHashed ? "The file has hashes: write it anew with the tool that made it." : null;
    return { kind: "diff", file, lines, note };
  });
}

function excludeSteps({ exclude }: ManifestChange): Step[] {
  if (exclude.length === 0) return [];
  const names = exclude.map((name) => `"${name}"`).join(", ");
  return [
    { kind: "text", file: "pyproject.toml", lines: ["[tool.uv]", `exclude-dependencies = [${names}]`], note: null },
  ];
}

/** How an index is named that has only what comes. */
function indexStep(url: string, { with: added }: ManifestChange, manager: PackageManagerName): Step {
  const name = "cpu";
  const names = added.map((each) => /^[\w.-]+/.exec(each)?.[0] ?? each);
  switch (manager) {
    case "pip":
      return {
        kind: "text",
        file: "requirements.txt",
        lines: [`--extra-index-url ${url}`],
        note: "At the top of the file.",
      };
    case "uv": {
      const sources = names.map((each) => `${each} = { index = "${name}" }`);
      const index = ["[[tool.uv.index]]", `name = "${name}"`, `url = "${url}"`, "explicit = true"];
      return {
        kind: "text",
        file: "pyproject.toml",
        lines: ["[tool.uv.sources]", ...sources, "", ...index],
        note: null,
      };
    }
    case "poetry": {
      const lines = ["[[tool.poetry.source]]", `name = "${name}"`, `url = "${url}"`, 'priority = "explicit"'];
      const note = `And say \`source = "${name}"\` where ${names.join(", ")} is required.`;
      return { kind: "text", file: "pyproject.toml", lines, note };
    }
    case "pipenv": {
      const lines = ["[[source]]", `name = "${name}"`, `url = "${url}"`, "verify_ssl = true"];
      return {
        kind: "text",
        file: "Pipfile",
        lines,
        note: `And say \`index = "${name}"\` where ${names.join(", ")} is required.`,
      };
    }
  }
}
