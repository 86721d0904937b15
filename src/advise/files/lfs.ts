import { mib } from "../../model/format.js";
import { LFS as NAMES } from "../../model/lfs.js";
import { OBJECT_STORAGE, type FileRule } from "./rule.js";

/** Git LFS pointers: what ships is not what the app expects. */
export const LFS: readonly FileRule[] = [
  {
    id: NAMES.advice,
    level: "warning",
    match: { by: "file", takes: ({ path }, { lfs }) => lfs.has(path) },
    group: "all",
    least: null,
    ignore: "never",
    title: ({ name }) => `Do not rely on Git LFS: ${name}`,
    detail: ({ entries, sniffed, count }) => {
      const real = entries.reduce((sum, { path }) => sum + (sniffed.lfs.get(path) ?? 0), 0);
      const what = entries.length === 1 ? "1 file arrives as a pointer" : `${count} arrive as pointers`;
      return (
        `Heroku does not fetch Git LFS files: ${what} of a hundred bytes or so instead of ${mib(real)}, and what opens them fails. ` +
        "Fetch them from object storage when the dyno starts, or commit them without Git LFS if they are small. " +
        `A build step of your own that fetches them adds those ${mib(real)} to the slug; they are not weighed here.`
      );
    },
    sources: ["https://github.com/git-lfs/git-lfs/issues/3273", OBJECT_STORAGE],
  },
];
