import { expect, test } from "@jest/globals";
import { startLineProcess, type LineProcess } from "../../src/system/line-process.js";

/** Gives every line back in capitals, and ends at the line `die`. */
const UPPER = String.raw`
let rest = "";
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (line === "die") {
      console.error("last words of secret-password");
      process.exit(3);
    }
    process.stdout.write(line.toUpperCase() + "\n");
  }
});`;

function start(signal = new AbortController().signal): LineProcess {
  const env = { PATH: process.env.PATH, MY_PASSWORD: "secret-password" };
  return startLineProcess(process.execPath, ["-e", UPPER], { cwd: "/", env, signal });
}

test("lines are answered in their order, however many are asked at a time and however long", async () => {
  const upper = start();
  const lines = ["a", "é", "x".repeat(300_000), "", "z"];
  expect(await Promise.all(lines.map((line) => upper.ask(line)))).toEqual(lines.map((line) => line.toUpperCase()));
  upper.close();
});

test("what is asked of one that has ended fails with its last words, without credentials", async () => {
  const upper = start();
  const asked = upper.ask("die");
  const next = upper.ask("a");
  await expect(asked).rejects.toThrow(/ended with code 3:\n.*last words of \*\*\*/s);
  await expect(next).rejects.toThrow("ended with code 3");
  await expect(upper.ask("b")).rejects.toThrow("ended with code 3");
});

test("it is killed with the run, whose reason is what is told", async () => {
  const controller = new AbortController();
  const upper = start(controller.signal);
  await upper.ask("a");
  controller.abort(new Error("the run has ended"));
  await expect(upper.ask("b")).rejects.toThrow("the run has ended");
});

test("one that can't be started is told of to whoever asks", async () => {
  const { signal } = new AbortController();
  const absent = startLineProcess("/no/such/program", [], { cwd: "/", env: {}, signal });
  await expect(absent.ask("a")).rejects.toThrow("/no/such/program could not be started: ENOENT.");
});
