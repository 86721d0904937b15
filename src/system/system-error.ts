/**
 * The code of an error that the operating system gave (`ENOENT`, `EACCES`…), else null: then it is a bug, such as an
 * argument that Node refuses.
 */
export function systemErrorCode(error: unknown): string | null {
  return typeof error === "object" &&
    error !== null &&
    "syscall" in error &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : null;
}
