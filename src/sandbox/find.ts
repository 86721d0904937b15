import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { run } from "../system/run.js";
import { onPath } from "../system/which.js";
import { createSandbox, type Sandbox, type Way } from "./sandbox.js";

/** Milliseconds for trying a sandbox out, on a busy machine. */
const PATIENCE = 60_000;

/** Why nothing is built, and what a user can do about it. */
export interface Refusal {
  /** A clause that follows on "…, and": no capital letter, no full stop. */
  readonly reason: string;
  readonly hint: string;
}

/** Of util-linux, in every distribution's base system. */
const PROGRAMS = ["unshare", "setpriv", "mount"];

/**
 * The sandbox that this machine offers, each way tried by running something in it; or why there is none.
 * @throws the signal's reason if aborted
 */
export async function findSandbox(context: Context): Promise<Sandbox | Refusal> {
  if (process.platform !== "linux") return refusal("it needs Linux");
  for (const program of PROGRAMS) {
    if ((await onPath(program, context.env)).length === 0) return refusal(`${program} is not on PATH`);
  }
  const reasons: string[] = [];
  const tryOut = async (way: Way, name: string): Promise<Sandbox | null> => {
    const problem = await problemWith(createSandbox(way, context, PATIENCE), context);
    if (problem === null) return createSandbox(way, context);
    reasons.push(`${name}: ${problem}`);
    return null;
  };
  if (process.getuid?.() === 0) {
    const found = await tryOut({ kind: "root", through: [] }, "as root");
    if (found !== null) return found;
  } else {
    const [sudo] = await onPath("sudo", context.env);
    if (sudo === undefined) reasons.push("sudo is not on PATH");
    else if (!(await needsNoPassword(sudo, context))) reasons.push("sudo asks for a password");
    else {
      const found = await tryOut({ kind: "root", through: [sudo, "-n", "--"] }, "by sudo");
      if (found !== null) return found;
    }
  }
  return (await tryOut({ kind: "user", through: [] }, "in a user namespace")) ?? refusal(reasons.join("; "));
}

function refusal(why: string): Refusal {
  return {
    reason: `no sandbox to build in can be had on this machine (${why})`,
    hint: "Run on a GitHub-hosted Ubuntu runner, or on one with passwordless sudo or user namespaces; or choose a version with a wheel.",
  };
}

async function needsNoPassword(sudo: string, { env, signal }: Context): Promise<boolean> {
  try {
    const { code } = await run(sudo, ["-n", "true"], { cwd: "/", env: { PATH: env.PATH }, signal, timeout: PATIENCE });
    return code === 0;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Answers if the work directory can be written, and nothing else be seen, written or gained. */
const QUESTION = `
[ "$(cat given)" = given ] || { echo "its work directory can't be read"; exit; }
echo made >made || { echo "its work directory can't be written"; exit; }
[ ! -e "$1" ] || { echo "it shows what it should not"; exit; }
[ "$(id -u)" != 0 ] || { echo "it leaves root's rights"; exit; }
if grep -E '^Cap' /proc/self/status | grep -qv 0000000000000000; then echo "it leaves capabilities"; exit; fi
grep -qE '^NoNewPrivs:[[:space:]]*1' /proc/self/status || { echo "it lets programs gain rights"; exit; }
if touch /usr/slugdiff /slugdiff 2>/dev/null; then echo "it lets the system be written"; exit; fi
echo sound
`;

/** What is wrong with the sandbox, as a phrase; null if it is sound. */
async function problemWith(sandbox: Sandbox, context: Context): Promise<string | null> {
  const scratch = await mkdtemp(join(context.scratch, "probe-"));
  try {
    const [work, secret] = [join(scratch, "work"), join(scratch, "secret")];
    await mkdir(work);
    await writeFile(join(work, "given"), "given");
    await writeFile(secret, "");
    const args = ["-c", QUESTION, "sh", secret];
    const { code, stdout, stderr } = await sandbox.run({ command: "/bin/sh", args, work, readable: [], env: {} });
    const answer = stdout.toString("utf8").trim();
    if (code === 0 && answer === "sound") return null;
    return answer === "" ? (stderr.trim().split("\n").at(-1) ?? `exit status ${code}`) : answer;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
