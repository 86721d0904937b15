/** PEP 440, Appendix B, less strict: what can't be told apart by it is not compared. */
const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9._-]+)?$/i;

/** Whether `to` is the later version: 1, the earlier: −1, or neither, as far as can be told: 0. */
export function versionStep(from: string, to: string): -1 | 0 | 1 {
  const [a, b] = [sortKey(from), sortKey(to)];
  if (a === null || b === null) return 0;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (b[at] ?? 0) - (a[at] ?? 0);
    if (difference !== 0) return difference > 0 ? 1 : -1;
  }
  return 0;
}

/** Numbers whose order is the versions' order: epoch, phase of the release after its numbers, post and dev number. */
function sortKey(version: string): number[] | null {
  const match = VERSION.exec(version.trim());
  if (match === null) return null;
  const [, epoch, release = "", phase, phaseNumber, implicitPost, post, dev, devNumber] = match;
  const postNumber = implicitPost ?? post;
  const numbers = release.split(".").map(Number);
  // Room for as many components as anyone uses, so that 1.0 and 1.0.0 are the same.
  while (numbers.length < 8) numbers.push(0);
  const isPost = postNumber !== undefined;
  const rank = phase !== undefined ? phaseRank(phase) : dev !== undefined && !isPost ? 0 : 4;
  return [
    Number(epoch ?? 0),
    ...numbers.slice(0, 8),
    rank,
    Number(phaseNumber ?? 0),
    isPost ? 1 + Number(postNumber) : 0,
    dev === undefined ? Infinity : Number(devNumber ?? 0),
  ].map((number) => (number === Infinity ? Number.MAX_SAFE_INTEGER : number));
}

function phaseRank(phase: string): number {
  const letter = phase.toLowerCase();
  if (letter.startsWith("a")) return 1;
  return letter.startsWith("b") ? 2 : 3;
}
