/** First line of a Git LFS pointer (git-lfs, docs/spec.md). */
const SPEC = "version https://git-lfs.github.com/spec/v1\n";

/** A pointer is smaller than this (git-lfs, docs/spec.md). Bytes. */
const LIMIT = 1024;

/** The shortest pointer: `SPEC`, the hash and the size of a file of less than ten bytes. */
const SHORTEST = lfsPointer("0".repeat(64), 0).length;

/** Whether a file of this size can be a pointer at all. */
export function mayBeLfsPointer(size: number): boolean {
  return size >= SHORTEST && size < LIMIT;
}

/** Bytes of the file that a Git LFS pointer stands for; null if the content is not a pointer. */
export function lfsSize(content: Buffer): number | null {
  const text = mayBeLfsPointer(content.length) ? content.toString("latin1") : "";
  const size = text.startsWith(SPEC) ? /^size (\d+)$/m.exec(text)?.[1] : undefined;
  return size === undefined ? null : Number(size);
}

/** The pointer that Git LFS commits for a file, from its SHA-256 (hexadecimal) and its size in bytes. */
export function lfsPointer(sha256: string, size: number): string {
  return `${SPEC}oid sha256:${sha256}\nsize ${String(size)}\n`;
}
