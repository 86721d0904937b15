const START = "slugdiff-report";
const END = ".html";

/**
 * What the page's file is called. An artifact that is uploaded as it is has the name of its file, so that jobs of one run need
 * pages of different names: each has that of its comment's key, but for what GitHub takes in no artifact's name.
 */
export function pageName(key: string): string {
  const called = key === "." ? "" : `-${key.replace(/[^\p{L}\p{N}._-]+/gu, "-")}`;
  return `${START}${called}${END}`;
}

/** Whether an artifact is such a page, by its name. */
export function isPage(artifact: string): boolean {
  return artifact.startsWith(START) && artifact.endsWith(END);
}
