import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { z } from "zod";
import { UserError } from "../errors.js";
import { systemErrorCode } from "../system/system-error.js";

/** What the runner tells an action by its environment. */
export interface RunnerEnvironment {
  /** Absolute path of the checked-out repository. */
  readonly workspace: string;
  /** Absolute path of a directory that is emptied after the job. */
  readonly temp: string;
  readonly repository: { readonly owner: string; readonly name: string };
  /** github.com, or an Enterprise Server. */
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** The commit that the event is about; on a pull request its merge commit. */
  readonly sha: string;
  readonly run: { readonly id: number; readonly attempt: number };
  readonly event: { readonly name: string; readonly payload: unknown };
}

const number = z.coerce.number().int().positive();
// https://docs.github.com/actions/reference/workflows-and-actions/variables
const SCHEMA = z.object({
  GITHUB_WORKSPACE: z.string().min(1),
  RUNNER_TEMP: z.string().min(1).default(tmpdir()),
  GITHUB_REPOSITORY: z.templateLiteral([z.string().min(1), "/", z.string().min(1)]),
  GITHUB_SERVER_URL: z.url().default("https://github.com"),
  GITHUB_API_URL: z.url().default("https://api.github.com"),
  GITHUB_SHA: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
  GITHUB_RUN_ID: number,
  GITHUB_RUN_ATTEMPT: number.default(1),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().min(1),
});

/**
 * Reads the runner's variables and the event's payload.
 * @throws UserError if this does not run in a workflow
 */
export async function readRunnerEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunnerEnvironment> {
  const result = SCHEMA.safeParse(env);
  if (!result.success) {
    const names = result.error.issues.map(({ path }) => path.join("."));
    throw new UserError(
      `This does not run in a GitHub workflow: ${names.join(", ")} ${names.length === 1 ? "is" : "are"} not set as there.`,
      "On a terminal, use the command line: `node dist/cli/index.js --help`.",
    );
  }
  const variables = result.data;
  const [owner = "", name = ""] = variables.GITHUB_REPOSITORY.split("/");
  return {
    workspace: variables.GITHUB_WORKSPACE,
    temp: variables.RUNNER_TEMP,
    repository: { owner, name },
    serverUrl: variables.GITHUB_SERVER_URL,
    apiUrl: variables.GITHUB_API_URL,
    sha: variables.GITHUB_SHA,
    run: { id: variables.GITHUB_RUN_ID, attempt: variables.GITHUB_RUN_ATTEMPT },
    event: { name: variables.GITHUB_EVENT_NAME, payload: await readPayload(variables.GITHUB_EVENT_PATH) },
  };
}

async function readPayload(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null && !(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `The event's payload can't be read: ${code ?? "it is not JSON"}.`,
      "Check the file at GITHUB_EVENT_PATH.",
    );
  }
}
