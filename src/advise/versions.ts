/** A version without its build: `2.15.0` of `2.15.0+cu128` (PEP 440's local part). */
export function withoutBuild(version: string): string {
  return version.split("+", 1)[0] ?? version;
}

/**
 * Is a version's release lower than another's? Only the leading numbers count: a pre-release of 2.21 is not before 2.21.
 * What has no version is before nothing.
 */
export function isBefore(version: string | null, other: string): boolean {
  if (version === null) return false;
  const [a, b] = [numbers(version), numbers(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}
