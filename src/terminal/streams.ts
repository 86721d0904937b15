/** An output that may fail after it was written to, as those of a process do. */
interface Output {
  on(event: "error", handler: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string): unknown;
}

/**
 * Keeps a failing output from ending the process by a stack trace. A reader that has seen enough (`slugdiff … | head`) is no
 * failure, and where standard error fails nobody is left to tell.
 * @param lost called when the result could not be written: a full disk, for one
 */
export function guardOutputs(stdout: Output, stderr: Output, lost: () => void): void {
  stderr.on("error", () => undefined);
  stdout.on("error", ({ code = "unknown error" }) => {
    if (code === "EPIPE") return;
    stderr.write(`slugdiff: The result can't be written to standard output: ${code}.\n`);
    stderr.write("Hint: Free some space, or send it elsewhere.\n");
    lost();
  });
}
