import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { SILENT, type Context } from "../../src/ports.js";
import { findSandbox } from "../../src/sandbox/find.js";
import { createSandbox, type Way } from "../../src/sandbox/sandbox.js";

let root: string;
let context: Context;
const WAY: Way = { kind: "root", through: process.getuid?.() === 0 ? [] : ["sudo", "-n", "--"] };

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "slugdiff-sandbox-")));
  const { signal } = new AbortController();
  const [scratch, toolsDir] = [join(root, "scratch"), join(root, "tools")];
  context = { scratch, progress: SILENT, signal, env: process.env, toolsDir };
  await mkdir(scratch);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function work(): Promise<string> {
  return mkdtemp(join(root, "work-"));
}

test("a status and what is printed are the command's own", async () => {
  const command = { command: "/bin/sh", args: ["-c", "echo out; echo err >&2; exit 3"], readable: [], env: {} };
  const { code, stdout, stderr } = await createSandbox(WAY, context).run({ ...command, work: await work() });
  expect([code, stdout.toString(), stderr]).toEqual([3, "out\n", "err\n"]);
});

test("what takes too long is ended, and so is what prints without end", async () => {
  const endless = {
    command: "/bin/sh",
    args: ["-c", "while :; do :; done"],
    readable: [],
    env: {},
    work: await work(),
  };
  await expect(createSandbox(WAY, context, 1).run(endless)).rejects.toThrow("A build did not end in");
  const loud = { command: "/bin/cat", args: ["/dev/zero"], readable: [], env: {}, work: await work() };
  await expect(createSandbox(WAY, context).run(loud)).rejects.toThrow("more than anybody can read");
});

test("a secret that a caller overlooks does not get in", async () => {
  const password = "pass-of-the-index";
  const env = { ...process.env, UV_INDEX_OURS_PASSWORD: password };
  const { stdout } = await createSandbox(WAY, { ...context, env }).run({
    command: "/bin/sh",
    args: ["-c", 'echo "$0 $LEAK"', `https://me:${password}@index.example`],
    readable: [],
    env: { LEAK: password },
    work: await work(),
  });
  expect(stdout.toString()).toBe("https://index.example ***\n");
});

test("the sandbox of this machine is found by trying, and the reason where there is none is in words", async () => {
  expect(await findSandbox(context)).toHaveProperty("run");
  expect(await findSandbox({ ...context, env: { PATH: root } })).toEqual({
    reason: "no sandbox to build in can be had on this machine (unshare is not on PATH)",
    hint: expect.stringContaining("GitHub-hosted"),
  });
});
