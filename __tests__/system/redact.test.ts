import { expect, test } from "@jest/globals";
import { redact, secretsOf } from "../../src/system/redact.js";

const TOKEN = "16C7e42F292c6912E7710c838347Ae178B4a";
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString("base64");

test.each<[string, Record<string, string>]>([
  ["a variable named like a credential", { "INPUT_GITHUB-TOKEN": TOKEN }],
  ["a password in a URL", { INDEX: `https://user:${TOKEN}@example.com/simple` }],
  ["a header in git's variables", { GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${BASIC}` }],
  ["a header as `git -c` hands it on", { GIT_CONFIG_PARAMETERS: `'http.x.extraheader=Authorization: Basic ${BASIC}'` }],
  ["a bearer's header", { HEADER: `authorization: bearer ${TOKEN}` }],
])("%s is not repeated", (_, env) => {
  const secrets = secretsOf(env);
  const shown = redact(`sent "${TOKEN}"`, secrets);
  expect(shown).toBe('sent "***"');
});

test("a login of a header is not repeated in its encoded form either", () => {
  const secrets = secretsOf({ GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${BASIC}` });
  expect(redact(`=> Send header: Authorization: Basic ${BASIC}\n`, secrets)).toBe(
    "=> Send header: Authorization: Basic ***\n",
  );
});
