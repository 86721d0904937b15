import { createGitHub, type GitHub, type GitHubOptions } from "../../src/github/github.js";
import type { Clock } from "../../src/github/retry.js";
import { startGitHub, type FakeGitHub, type Options } from "../github-fake/server.js";
import type { State } from "../github-fake/state.js";

export const REPOSITORY = "octo/app";
export const TOKEN = "ghs_0123456789abcdefghij";

/** A fake GitHub with one repository, one token and pull request 7, and a client of ours whose waits take no time. */
export interface Setup {
  readonly fake: FakeGitHub;
  readonly github: GitHub;
  /** Seconds that would have been waited. */
  readonly waits: readonly number[];
  readonly log: readonly string[];
  /** Lets the time of every request that is under way be over. */
  readonly expire: () => void;
  /** Another client. */
  readonly client: (given?: Partial<GitHubOptions>) => GitHub;
}

export async function setUp(
  options: Options = {},
  repository: Parameters<State["addRepository"]>[1] = {},
): Promise<Setup> {
  const fake = await startGitHub(options);
  fake.state.addRepository(REPOSITORY, repository);
  fake.state.addPull(REPOSITORY);
  fake.state.addToken(TOKEN);
  const waits: number[] = [];
  const log: string[] = [];
  const limits: AbortController[] = [];
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds, signal) => {
      waits.push(milliseconds / 1000);
      return signal.aborted ? Promise.reject(new Error("aborted")) : Promise.resolve();
    },
    timeLimit: () => {
      const controller = new AbortController();
      limits.push(controller);
      return controller.signal;
    },
  };
  const client = (given: Partial<GitHubOptions> = {}): GitHub =>
    createGitHub(
      {
        token: TOKEN,
        apiUrl: fake.apiUrl,
        repository: { owner: "octo", name: "app" },
        signal: new AbortController().signal,
        log: (line) => log.push(line),
        ...given,
      },
      clock,
    );
  const expire = (): void => {
    for (const limit of limits)
      limit.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  };
  return { fake, github: client(), waits, log, expire, client };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail.");
}
