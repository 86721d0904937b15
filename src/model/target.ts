/** Stacks that still build slugs (Cedar, x86-64). */
export const STACKS = ["heroku-22", "heroku-24", "heroku-26"] as const;
export type StackName = (typeof STACKS)[number];

/** A Python version of the form 3.X.Y. */
export interface PythonVersion {
  /** `3.12.14` */
  readonly full: string;
  /** `3.12` */
  readonly minor: string;
}

/** `3.12` of `3.12.14`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** What a slug is weighed for. The answer is about the target, not about the machine that runs this. */
export interface Target {
  readonly stack: StackName;
  readonly python: PythonVersion;
  /** Where the version was found: `.python-version`, `runtime.txt`, `default`… */
  readonly pythonFrom: string;
}

/** Where Heroku's buildpack puts Python, relative to the slug root. */
export const PYTHON_HOME = ".heroku/python";

/** The slug root on a dyno. */
export const SLUG_ROOT = "/app";

/** `site-packages` relative to the slug root, for a minor version such as `3.12`. */
export function sitePackages(minor: string): string {
  return `${PYTHON_HOME}/lib/python${minor}/site-packages`;
}

/**
 * Directories that every Python home has. Their tar entries are the runtime's, whoever else fills them: else the first
 * distribution in the alphabet would have them, and weigh some bytes less when another one comes before it.
 */
export function homeDirectories(minor: string): readonly string[] {
  const lib = `${PYTHON_HOME}/lib`;
  return [".heroku", PYTHON_HOME, `${PYTHON_HOME}/bin`, lib, `${lib}/python${minor}`, sitePackages(minor)];
}
