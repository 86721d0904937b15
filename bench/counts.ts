import { basename } from "node:path";
import type { Child, Run } from "./lab.js";

/** What the program had done by others in one run. */
export interface Counts {
  /** Calls that install, and the names of what they installed, each as often as it was. */
  readonly installs: number;
  readonly installed: readonly string[];
  /** Calls that find out what an app gets: `uv pip compile`, `uv lock`, `uv export`, and those of the other managers. */
  readonly resolutions: number;
  /** Calls that find the addresses of pinned tools, which resolve nothing. */
  readonly lookups: number;
  /** Seconds until the first child process that does more than to say what it is; null if there was none. */
  readonly firstWork: number | null;
}

export function countsOf({ children }: Pick<Run, "children">): Counts {
  const installs = children.filter((child) => kindOf(child) === "install");
  const work = children.find((child) => kindOf(child) !== "question");
  return {
    installs: installs.length,
    installed: installs.flatMap(({ installed }) => installed).sort(),
    resolutions: children.filter((child) => kindOf(child) === "resolution").length,
    lookups: children.filter((child) => kindOf(child) === "lookup").length,
    firstWork: work?.after ?? null,
  };
}

type Kind = "install" | "resolution" | "lookup" | "question" | "other";

/** What a child process is for, by its arguments: it may run within another program, such as a sandbox. */
function kindOf({ file, args }: Child): Kind {
  if (args.includes("--version") || args.includes("--emit-index-url") || args.includes("rev-parse")) return "question";
  if (/^python[\d.]*$/.test(basename(file)) && args.includes("-c")) return "question";
  const said = ` ${args.join(" ")} `;
  if (said.includes(" pip install ")) return "install";
  if (said.includes(" pip compile - ") && args.includes("--no-deps")) return "lookup";
  const program = [file, ...args].map((word) => basename(word));
  if (program.includes("uv") && / (pip compile|lock|export) /.test(said)) return "resolution";
  if (/poetry|pipenv/.test(program.join(" ")) && / (export|lock|requirements) /.test(said)) return "resolution";
  return "other";
}
