import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { hasEnded, thisProcess, type ProcessIdentity } from "../../src/system/process-identity.js";
import { createScratch } from "../../src/system/scratch.js";
import { temporary } from "../revisions/fixtures.js";

const { signal } = new AbortController();

async function self(): Promise<ProcessIdentity> {
  const found = await thisProcess();
  if (found === null) throw new Error("these tests need Linux's /proc");
  return found;
}

/** A process id that was in use a moment ago. */
async function endedPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "close");
  return child.pid ?? 0;
}

/** A scratch directory as a run leaves it that is killed. */
function left(parent: string, owner: unknown): string {
  const directory = mkdtempSync(join(parent, "slugdiff-"));
  mkdirSync(join(directory, "install-x"));
  writeFileSync(join(directory, "install-x/module.py"), "");
  if (owner !== null) writeFileSync(join(directory, "owner.json"), JSON.stringify(owner));
  return directory;
}

/** What is there after a run has begun and ended. */
async function after(parent: string): Promise<string[]> {
  const scratch = await createScratch({ RUNNER_TEMP: parent }, signal);
  await scratch.remove();
  return readdirSync(parent);
}

describe("the scratch directory of a run that was killed is removed by the next one", () => {
  test("its process is gone", async () => {
    const parent = temporary();
    left(parent, { ...(await self()), pid: await endedPid() });
    left(parent, { ...(await self()), pid: await endedPid() });
    expect(await after(parent)).toEqual([]);
  });

  test("another process has its id by now", async () => {
    const parent = temporary();
    left(parent, { ...(await self()), started: "1" });
    expect(await after(parent)).toEqual([]);
  });
});

describe("what may be another run's stays", () => {
  test("of a run that goes on", async () => {
    const parent = temporary();
    const scratch = await createScratch({ RUNNER_TEMP: parent }, signal);
    expect(await after(parent)).toEqual([basename(scratch.directory)]);
    await scratch.remove();
    expect(readdirSync(parent)).toEqual([]);
  });

  test.each<[string, (parent: string) => Promise<string>]>([
    ["in another container", async (parent) => left(parent, { ...(await self()), pid: await endedPid(), world: "x" })],
    ["that has only begun", (parent) => Promise.resolve(left(parent, null))],
    ["of another version", async (parent) => left(parent, { ...(await self()), pid: await endedPid(), more: 1 })],
    [
      "that others may write to",
      async (parent) => {
        const directory = left(parent, { ...(await self()), pid: await endedPid() });
        chmodSync(directory, 0o777);
        return directory;
      },
    ],
    [
      "behind a link",
      async (parent) => {
        const link = join(parent, "slugdiff-abcdef");
        symlinkSync(left(temporary(), { ...(await self()), pid: await endedPid() }), link);
        return link;
      },
    ],
  ])("%s", async (_, make) => {
    const parent = temporary();
    const directory = await make(parent);
    expect(await after(parent)).toEqual([basename(directory)]);
    expect(readdirSync(directory)).toContain("install-x");
  });

  if (process.getuid?.() === 0) {
    test("of another user", async () => {
      const parent = temporary();
      const directory = left(parent, { ...(await self()), pid: await endedPid() });
      chownSync(directory, 65534, 65534);
      expect(await after(parent)).toEqual([basename(directory)]);
    });
  }
});

test("a process that goes on has not ended, and of another boot it is not known", async () => {
  const own = await self();
  expect(await hasEnded(own, own)).toBe(false);
  expect(await hasEnded({ ...own, pid: await endedPid() }, own)).toBe(true);
  expect(await hasEnded({ ...own, pid: await endedPid(), world: "x" }, own)).toBe(false);
});
