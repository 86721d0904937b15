import { expect, test } from "@jest/globals";
import { installError } from "../../src/install/errors.js";

test.each([
  [["× Failed to download `six==1.16.0`", "├─▶ HTTP status client error (401 Unauthorized) for url"], "refused access"],
  [["× Failed to download `six==1.16.0`", "├─▶ HTTP status client error (404 Not Found) for url"], "be reached"],
  [["│ failed to write: No space left on", "│ device (os error 28)"], "disk is full"],
])("why an install failed is told from uv's own words: %j", (details, why) => {
  const { message } = installError("six could not be installed", details, { scratch: "/scratch", env: {} });
  expect(message).toMatch(/^six could not be installed: /);
  expect(message).toContain(why);
});
