import { getOctokit } from "@actions/github";
import { UserError } from "../errors.js";
import { PassingError } from "./errors.js";
import { FailedRequest, failureOf, type Failure } from "./failure.js";
import { withRetries, type Clock } from "./retry.js";

export interface ClientOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface Client {
  /** Throws `FailedRequest` where a request fails. */
  readonly octokit: ReturnType<typeof getOctokit>;
  /** Does what only reads, again from its start where a request in it failed in a way that may pass. */
  readonly repeating: <T>(work: () => Promise<T>) => Promise<T>;
  /** Does a sequence of requests, again from its start where one failed that is not repeated by itself. */
  readonly retrying: <T>(sequence: () => Promise<T>) => Promise<T>;
}

/** How long one request may take, its answer included. */
const TIME_LIMIT = 30_000;

/**
 * An Octokit with a time limit on every request, that repeats those which may be repeated. A request that brings a signal of its
 * own is not repeated: its answer is a stream, and may yet break off. Octokit's plugins are not taken: `docs/adr/0012-*.md` says why.
 */
export function createClient({ token, apiUrl, signal, log }: ClientOptions, clock: Clock): Client {
  if (token === "") {
    throw new UserError("There is no token for GitHub.", 'Leave the input "github-token" out to use the job\'s own.');
  }
  const silent = (): void => undefined;
  const octokit = getOctokit(token, {
    baseUrl: apiUrl.replace(/\/+$/, ""),
    userAgent: "slugdiff",
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });

  async function once<R extends Response>(
    send: (signal: AbortSignal) => R | Promise<R>,
    own?: AbortSignal,
  ): Promise<R> {
    signal.throwIfAborted();
    const limit = own ?? clock.timeLimit(TIME_LIMIT);
    try {
      const response = await send(AbortSignal.any([signal, limit]));
      // Octokit gives what came of an answer that broke off as text.
      if (isJson(response) && typeof response.data === "string") throw unreachable("its answer broke off");
      return response;
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) throw unreachable("it took too long to answer");
      const failure = failureOf(error, clock.now());
      throw failure === null ? error : new FailedRequest(failure);
    }
  }

  octokit.hook.wrap("request", async (request, options) => {
    const { signal: own } = options.request;
    const send = (bound: AbortSignal): ReturnType<typeof request> => {
      // These very options were given to hooks further in, so they can't be exchanged; what is in them is shared with other requests.
      options.request = { ...options.request, signal: bound };
      return request(options);
    };
    if (own !== undefined || !mayBeRepeated(options)) return once(send, own);
    return repeating(() => once(send));
  });

  async function repeating<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withRetries(work, { signal, log, clock, failureOf: failureIn(FailedRequest) });
    } catch (error) {
      throw error instanceof FailedRequest ? new FailedRequest(error.failure, true) : error;
    }
  }

  return {
    octokit,
    repeating,
    retrying: (sequence) => withRetries(sequence, { signal, log, clock, failureOf: failureIn(PassingError) }),
  };
}

interface Response {
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Reads, and deletions, which are no different when done twice. The queries that we send to GraphQL only read. */
function mayBeRepeated({ method, url }: { readonly method: string; readonly url: string }): boolean {
  return method === "GET" || method === "DELETE" || url.endsWith("/graphql");
}

function isJson({ headers }: Response): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.startsWith("application/json");
}

function unreachable(why: string): FailedRequest {
  return new FailedRequest({ kind: "unreachable", why });
}

function failureIn(kind: typeof FailedRequest | typeof PassingError): (error: unknown) => Failure | null {
  return (error) => (error instanceof kind ? error.failure : null);
}
