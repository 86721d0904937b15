import { expect, test } from "@jest/globals";
import { run, Tail } from "../../src/system/run.js";

const options = { env: process.env, signal: new AbortController().signal };

test("of a long standard error the last bytes are kept; all of it can be read as it comes", async () => {
  const script = "for (let i = 0; i < 40000; i++) process.stderr.write(`line ${i}\\n`)";
  let whole = "";
  const onStderr = (chunk: Buffer): void => {
    whole += chunk.toString();
  };
  const { stderr } = await run(process.execPath, ["-e", script], { ...options, onStderr });
  expect(stderr.length).toBe(256 * 1024);
  expect(stderr).toMatch(/line 39999\n$/);
  expect(whole).toMatch(/^line 0\n/);
  expect(whole.split("\n")).toHaveLength(40_001);
});

test("a tail is the end of what was added, however it came", () => {
  for (const size of [1, 3, 7, 100]) {
    const tail = new Tail(10);
    const text = Array.from({ length: 30 }, (_, at) => String(at)).join(" ");
    for (let at = 0; at < text.length; at += size) tail.add(Buffer.from(text.slice(at, at + size)));
    expect(tail.text()).toBe(text.slice(-10));
  }
});
