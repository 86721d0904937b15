import type { Given } from "../config/schema.js";
import { createGitHub, type GitHub } from "../github/github.js";
import type { Actions } from "./actions.js";
import type { RunnerEnvironment } from "./environment.js";
import { logLine } from "./log.js";

/** GitHub, as the token lets it be seen; null without a token. */
export function gitHubOf(
  given: Given,
  { apiUrl, repository }: RunnerEnvironment,
  actions: Actions,
  signal: AbortSignal,
): GitHub | null {
  const token = given["github-token"];
  if (token === undefined) return null;
  actions.setSecret(token);
  // As git sends it.
  actions.setSecret(Buffer.from(`x-access-token:${token}`).toString("base64"));
  const log = (line: string): void => {
    actions.info(logLine(line));
  };
  return createGitHub({ token, apiUrl, repository, signal, log });
}
