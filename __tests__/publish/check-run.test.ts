import { expect, test } from "@jest/globals";
import { STATUSES } from "../../src/model/verdict.js";
import { checkRunOf, LONGEST_SUMMARY, MOST_ANNOTATIONS, type CheckRunContent } from "../../src/publish/check-run.js";

const CONTENT: CheckRunContent = {
  name: "Slug size",
  headSha: "a".repeat(40),
  status: "pass",
  title: "Slug unchanged",
  summary: "",
  annotations: [],
};

test("what proves nothing is red, as what is too much; the rest is green", () => {
  const conclusions = STATUSES.map((status) => [status, checkRunOf({ ...CONTENT, status }).conclusion]);
  expect(Object.fromEntries(conclusions)).toEqual({
    pass: "success",
    warn: "success",
    fail: "failure",
    indeterminate: "failure",
  });
});

test("only as many annotations are sent as GitHub takes, the first ones", () => {
  const annotations = Array.from({ length: 60 }, (_, index) => ({
    path: "requirements.txt",
    line: index + 1,
    level: "notice" as const,
    title: "Slug size",
    message: "+1 MiB",
  }));
  expect(checkRunOf({ ...CONTENT, annotations }).annotations).toEqual(annotations.slice(0, MOST_ANNOTATIONS));
});

test("a summary that GitHub would not take is a bug", () => {
  expect(checkRunOf({ ...CONTENT, summary: "x".repeat(LONGEST_SUMMARY) }).summary).toHaveLength(LONGEST_SUMMARY);
  expect(() => checkRunOf({ ...CONTENT, summary: "x".repeat(LONGEST_SUMMARY + 1) })).toThrow("65536");
});
