import { describe, expect, test } from "@jest/globals";
import { publishingOf } from "../../src/config/publishing.js";

describe("the key of a comment", () => {
  const many = Array.from({ length: 300 }, (_, at) => `services/with-a-long-name/app-${String(at)}`);

  test("is the apps, as they are written", () => {
    expect(publishingOf({}).key).toBe(".");
    expect(publishingOf({ app: ["web", "services/*"] }).key).toBe("web, services/*");
    expect(publishingOf({ app: ["web"], "comment-key": "k" }).key).toBe("k");
  });

  test("of a long list is short, always the same, and another for another list", () => {
    const { key } = publishingOf({ app: many });
    expect(key.length).toBeLessThanOrEqual(100);
    expect(key).toMatch(/^services\/with-a-long-name\/app-0, /);
    expect(publishingOf({ app: many }).key).toBe(key);
    expect(publishingOf({ app: [...many.slice(0, -1), "other"] }).key).not.toBe(key);
  });
});
