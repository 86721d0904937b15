/** A requirement of a change: name, extras and specifier, as PEP 508 writes them. */
export interface Requirement {
  readonly name: string;
  readonly extras: readonly string[];
  /** `==3.4.1`; empty for any version. */
  readonly specifier: string;
}

export function requirementOf(text: string): Requirement {
  const [, name = text, extras = "", specifier = ""] = /^\s*([\w.-]+)\s*(?:\[([^\]]*)\])?\s*(.*)$/.exec(text) ?? [];
  return {
    name,
    extras: extras.split(",").flatMap((extra) => (extra.trim() === "" ? [] : [extra.trim()])),
    specifier: specifier.trim(),
  };
}

/** Which of the requirements that come are in an index that comes: builds (`+cpu`) if there are any, else all. */
export function fromIndexes(comes: readonly string[]): string[] {
  const builds = comes.filter((text) => text.includes("+"));
  return (builds.length > 0 ? builds : comes).map((text) => requirementOf(text).name);
}

/** Of the ways to write a normalised name, all: part of a regular expression that does not tell upper from lower case. */
export function spellings(name: string): string {
  return name.split("-").join("[-_.]+");
}
