import { expect, jest, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { progressIn, runJob } from "../../src/runner/log.js";
import type { Actions } from "../../src/runner/actions.js";

function spies() {
  const info = jest.fn<(text: string) => void>();
  const setFailed = jest.fn<(text: string | Error) => void>();
  return { info, setFailed, actions: { info, setFailed } as unknown as Actions };
}

const QUIET = { on: () => undefined, off: () => undefined };

test.each([
  "::stop-commands::x: Compiling bytecode",
  "a\n::add-mask::x: Compiling",
  " ::error::x",
  "##[add-path]/evil",
])("an app called %j gives the runner no command", (title) => {
  const { info, actions } = spies();
  progressIn(actions).start(title);
  const lines = info.mock.calls.flatMap(([text]) => text.split("\n"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/^\s*::|##\[/);
});

test("progress is told in its own words", () => {
  const { info, actions } = spies();
  progressIn(actions).start("web: Installing certifi");
  expect(info).toHaveBeenCalledWith("web: Installing certifi");
});

test("what a user can mend fails the job in one line, the tool's own words above it", async () => {
  const { info, setFailed, actions } = spies();
  await runJob(actions, QUIET, () => Promise.reject(new UserError("It is wrong.", "Mend it.", ["::error::no"])));
  expect(setFailed).toHaveBeenCalledWith("It is wrong. Mend it.");
  expect(info).toHaveBeenCalledWith("| ::error::no");
});

test("a bug is not swallowed: it reaches the runner with its stack", async () => {
  const { actions } = spies();
  await expect(runJob(actions, QUIET, () => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});
