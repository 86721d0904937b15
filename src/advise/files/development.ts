import { MIB } from "../../model/bytes.js";
import { mib } from "../../model/format.js";
import { extension, SLUG_COMPILER, type FileRule } from "./rule.js";

const DESIGN = new Set(["psd", "ai", "sketch", "fig", "xd", "indd", "xcf", "blend", "afdesign", "afphoto"]);

/** A Django app may have any name. */
const APP = /^(?:apps|models|views|urls|admin|main|app)\.py$/;

/** What only people who work on the app need. No code reads it on a dyno, so `.slugignore` may have it. */
export const DEVELOPMENT: readonly FileRule[] = [
  {
    id: "tests",
    level: "advice",
    match: {
      by: "folder",
      name: /^(?:tests?|__tests__|specs?)$/,
      evidence: /(?:^|\/)(?:test_[^/]*\.py|[^/]*_test\.py|tests\.py|conftest\.py|[^/]*[._-](?:test|spec)\.[jt]sx?)$/,
      unless: APP,
    },
    group: "all",
    // A few small tests are no misuse: what is worth a line is what they bring along.
    least: MIB,
    ignore: "paths",
    title: ({ name }) => `Leave the tests out of the slug: ${name}`,
    detail: () =>
      "No dyno runs them. With Heroku CI keep them: it deploys the app as it tests it, and would find none. Nothing else of the app may import from them.",
    sources: [SLUG_COMPILER],
  },
  {
    id: "docs",
    level: "advice",
    match: {
      by: "folder",
      name: /^docs?$/,
      evidence: /^(?:[^/]+\/)?(?:conf\.py|mkdocs\.ya?ml|index\.(?:md|rst)|README(?:\.md|\.rst)?|Makefile)$/,
      unless: APP,
    },
    group: "all",
    least: MIB,
    ignore: "paths",
    title: ({ name }) => `Leave the documentation out of the slug: ${name}`,
    detail: () =>
      "Its sources and pictures are read by people, not by the app, unless the app serves this very folder.",
    sources: [SLUG_COMPILER],
  },
  {
    id: "notebooks",
    level: "advice",
    match: { by: "file", takes: ({ path }) => extension(path) === "ipynb" },
    group: "all",
    least: null,
    ignore: "names",
    title: ({ name }) => `Leave notebooks out of the slug: ${name}`,
    detail: ({ entries, sniffed }) => {
      const outputs = entries.reduce((sum, { path }) => sum + (sniffed.notebooks.get(path) ?? 0), 0);
      const held =
        outputs === 0 ? "" : `${mib(outputs)} on disk are outputs, which \`nbstripout\` keeps out of git as well. `;
      return `${held}An app does not need them, unless it runs notebooks itself (papermill, nbconvert).`;
    },
    sources: ["https://github.com/kynan/nbstripout", SLUG_COMPILER],
  },
  {
    id: "design",
    level: "advice",
    match: { by: "file", takes: ({ path }) => DESIGN.has(extension(path)) },
    group: "all",
    least: null,
    ignore: "names",
    title: ({ name }) => `Leave design files out of the slug: ${name}`,
    detail: () => "They are what pictures are made from. Browsers show none of them.",
    sources: [SLUG_COMPILER],
  },
];
