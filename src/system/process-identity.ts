import { readFile, readlink } from "node:fs/promises";
import { z } from "zod";
import { systemErrorCode } from "./system-error.js";

/** What tells a process from every other one of all those that may share a directory with it. */
export const PROCESS_IDENTITY = z.strictObject({
  /** The boot of the machine, and the namespaces that process ids and times are of: what `pid` and `started` mean. */
  world: z.string(),
  pid: z.int().positive(),
  /** Clock ticks from the machine's start to the process's own, since ids are used again. */
  started: z.string(),
});
export type ProcessIdentity = z.infer<typeof PROCESS_IDENTITY>;

/** This process; null where that can't be told: on other systems than Linux, or with another namespace's `/proc`. */
export async function thisProcess(): Promise<ProcessIdentity | null> {
  try {
    if ((await readlink("/proc/self")) !== String(process.pid)) return null;
    const [boot, pids, times, started] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readlink("/proc/self/ns/pid"),
      readlink("/proc/self/ns/time").catch(() => ""), // Since Linux 5.6.
      startOf(process.pid),
    ]);
    return started === null ? null : { world: `${boot.trim()} ${pids} ${times}`, pid: process.pid, started };
  } catch {
    return null;
  }
}

/**
 * Whether a process has ended, as far as `self` can know: of a process of another boot, machine or container that is never
 * said.
 */
export async function hasEnded({ world, pid, started }: ProcessIdentity, self: ProcessIdentity): Promise<boolean> {
  return world === self.world && (await startOf(pid)) !== started;
}

/** When a process was started (see proc_pid_stat(5), field 22); null if there is none, or only its remains. */
async function startOf(pid: number): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${String(pid)}/stat`, "latin1");
  } catch (error) {
    const code = systemErrorCode(error);
    // ESRCH: it ended while it was read.
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
  // The name before is in brackets, and may hold some.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const isGone = /^[ZXx]/.test(fields[0] ?? "");
  return isGone ? null : (fields[19] ?? null);
}
