import { chmod, chown, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/system/run.js";
import { NOBODY, type Persona } from "./support.js";

const signal = new AbortController().signal;

/** A `sudo` that asks for no password, as on GitHub's runners: root's, with the set-user-id bit. */
const SUDO = `
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int at = 1;
  if (setgid(0) || setuid(0)) return 1;
  while (at < argc && argv[at][0] == '-') if (!strcmp(argv[at++], "--")) break;
  execvp(argv[at], argv + at);
  return 1;
}`;

const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];
const self: Persona = { title: "whoever runs the tests", through: [], uid: process.getuid?.() ?? 0, path: [] };

/** Directory of a set-user-id program: only root can make one. */
const programs = join(tmpdir(), `slugdiff-sudo-${process.pid}`);

/** Everybody who may weigh, each with another way into the sandbox. Whoever is not root can play himself alone. */
export const PERSONAS: readonly Persona[] =
  self.uid === 0
    ? [
        { ...self, title: "root" },
        { title: "a user with sudo", through: asNobody, uid: NOBODY, path: [programs] },
        { title: "a user without rights, through a user namespace", through: asNobody, uid: NOBODY, path: [] },
      ]
    : [self];

/** Makes what the personas need. */
export async function dress(): Promise<void> {
  if (self.uid !== 0) return;
  const sources = await realpath(await mkdtemp(join(tmpdir(), "slugdiff-sudo-source-")));
  try {
    const source = join(sources, "sudo.c");
    await writeFile(source, SUDO);
    // For nobody else on this machine.
    await mkdir(programs, { mode: 0o710 });
    await chown(programs, 0, NOBODY);
    const sudo = join(programs, "sudo");
    const { code, stderr } = await run("cc", ["-o", sudo, source], { env: process.env, signal });
    if (code !== 0) throw new Error(stderr);
    await chown(sudo, 0, 0);
    await chmod(sudo, 0o4755);
  } finally {
    await rm(sources, { recursive: true, force: true });
  }
}

export async function undress(): Promise<void> {
  await rm(programs, { recursive: true, force: true });
}
