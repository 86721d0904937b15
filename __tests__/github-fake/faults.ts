/** What goes wrong between a client and GitHub, and how a test asks for it. */

/** One request as the fake's log has it. */
export interface LoggedRequest {
  readonly method: string;
  /** With the query, without the prefix of an Enterprise Server. */
  readonly path: string;
  readonly token: string | null;
  /** Null until it is answered, and for good if the connection was cut or the answer never ended. */
  status: number | null;
}

export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** `request`: nothing was done. `answer`: it was done, and nobody hears of it. `body`: half of the answer comes. */
  | { readonly kind: "cut"; readonly at: "request" | "answer" | "body" }
  /** Answers late, or, with `null`, sends half of the answer and nothing more until the client gives up. */
  | { readonly kind: "slow"; readonly milliseconds: number | null };

const DOCUMENTATION = "https://docs.github.com/rest";

function json(status: number, message: string, headers: Record<string, string> = {}): Fault {
  const body = JSON.stringify({ message, documentation_url: DOCUMENTATION, status: String(status) });
  return { kind: "answer", status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body };
}

/** Faults as GitHub words them. */
export const faults = {
  unauthorized: () => json(401, "Bad credentials"),
  forbidden: () =>
    json(403, "Resource not accessible by integration", {
      "x-accepted-github-permissions": "issues=write; pull_requests=write",
    }),
  notFound: () => json(404, "Not Found"),
  conflict: () => json(409, "Conflict"),
  unprocessable: () => json(422, "Validation Failed"),
  tooManyRequests: (seconds: number) => json(429, "Too many requests", { "retry-after": String(seconds) }),
  secondaryLimit: (seconds: number) =>
    json(
      403,
      "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.",
      { "retry-after": String(seconds) },
    ),
  primaryLimit: (seconds: number) =>
    json(403, "API rate limit exceeded for installation ID 1.", {
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-used": "1000",
      "x-ratelimit-resource": "core",
      "x-ratelimit-reset": String(Math.ceil(Date.now() / 1000) + seconds),
    }),
  serverError: () => json(500, "Server Error"),
  badGateway: (): Fault => ({
    kind: "answer",
    status: 502,
    headers: { "content-type": "text/html" },
    body: "<html><body><h1>502 Bad Gateway</h1></body></html>\n",
  }),
  cut: (at: "request" | "answer" | "body"): Fault => ({ kind: "cut", at }),
  slow: (milliseconds: number): Fault => ({ kind: "slow", milliseconds }),
  neverEnding: (): Fault => ({ kind: "slow", milliseconds: null }),
};

/** What happens to the next requests that match. */
export interface Injection {
  readonly method?: string;
  /** Matched against the path with its query. Artifacts' bytes are at `/blob/…` of the other host. */
  readonly path: RegExp;
  /** To how many of them; default 1. */
  readonly times?: number;
  /** How many that match are let through first; default 0. */
  readonly after?: number;
  readonly fault?: Fault;
  /** Done before the request is, so that a test can change the state between two requests. */
  readonly before?: (request: LoggedRequest) => void | Promise<void>;
}

export class Faults {
  readonly #waiting: { injection: Injection; skip: number; left: number }[] = [];

  inject(injection: Injection): void {
    this.#waiting.push({ injection, skip: injection.after ?? 0, left: injection.times ?? 1 });
  }

  /** What is to happen to a request: the first injection that matches and is not used up. */
  take({ method, path }: Pick<LoggedRequest, "method" | "path">): Injection | null {
    for (const waiting of this.#waiting) {
      const { injection } = waiting;
      if (injection.method !== undefined && injection.method !== method) continue;
      if (!injection.path.test(path) || waiting.left === 0) continue;
      if (waiting.skip > 0) {
        waiting.skip--;
        continue;
      }
      waiting.left--;
      return injection;
    }
    return null;
  }
}
