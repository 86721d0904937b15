import { z } from "zod";
import { redact } from "../system/redact.js";

/** What a request to GitHub came to when it did not succeed. */
export type Failure =
  /** A primary or secondary rate limit: nothing was done, and nothing will be before this many seconds are over. */
  | { readonly kind: "limited"; readonly seconds: number }
  /** No answer, or half of one: the name is unknown, the connection was cut, time ran out. A write may have been done. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** GitHub, or a proxy before it, failed. A write may have been done. */
  | { readonly kind: "broken"; readonly status: number; readonly retryAfter: number | null }
  /** The token may not do this. GitHub also answers 404 where it would not even say that something exists. */
  | {
      readonly kind: "refused";
      readonly status: 401 | 403 | 404;
      /** What GitHub accepts for it, such as `issues=write; pull_requests=write`. */
      readonly accepted: string | null;
      readonly words: string | null;
    }
  /** GitHub does not take this request, however often it is sent. */
  | { readonly kind: "rejected"; readonly status: number; readonly words: string | null };

/** A request that failed. Carries nothing of the request, so neither the token nor a body can be shown by mistake. */
export class FailedRequest extends Error {
  override readonly name = "FailedRequest";

  /** @param spent whether it has been tried as often as makes sense */
  constructor(
    readonly failure: Failure,
    readonly spent = false,
  ) {
    super(`A request to GitHub failed: ${failure.kind}`);
  }
}

/** GitHub asks for a minute where it names no time. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const UNNAMED_LIMIT_SECONDS = 60;

/** What Octokit throws for a request: with a response if there was one. */
const REQUEST_ERROR = z.object({
  name: z.literal("HttpError"),
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
});

const WORDS = z.object({ message: z.string() });

/**
 * What an error of Octokit's says about the request; null if it is none of a request's.
 * @param now milliseconds since 1970, for limits that end at a given time
 */
export function failureOf(error: unknown, now: number): Failure | null {
  const parsed = REQUEST_ERROR.safeParse(error);
  if (!parsed.success) return null;
  const { status, response } = parsed.data;
  if (response === undefined) return { kind: "unreachable", why: redact(reasonOf(error)) };
  const words = WORDS.safeParse(response.data).data?.message ?? null;
  const header = (name: string): string | null => z.string().safeParse(response.headers[name]).data ?? null;
  const retryAfter = secondsUntil(header("retry-after"), now);

  if (status >= 500 || status === 408) return { kind: "broken", status, retryAfter };
  const spent = header("x-ratelimit-remaining") === "0";
  const limited =
    status === 429 || (status === 403 && (spent || retryAfter !== null || /\brate limit/i.test(words ?? "")));
  if (limited) {
    const reset = spent ? Number(header("x-ratelimit-reset")) - Math.floor(now / 1000) + 1 : Number.NaN;
    const seconds = retryAfter ?? (Number.isFinite(reset) ? Math.max(1, reset) : UNNAMED_LIMIT_SECONDS);
    return { kind: "limited", seconds };
  }
  if (status === 401 || status === 403 || status === 404) {
    return { kind: "refused", status, accepted: header("x-accepted-github-permissions"), words };
  }
  return { kind: "rejected", status, words };
}

const CAUSED = z.object({ message: z.string(), code: z.string().optional(), cause: z.unknown().optional() });

/** What is behind it: `fetch` itself only tells that it failed. Several addresses that all failed make an error without words. */
function reasonOf(error: unknown): string {
  const { message = "", code = "no answer", cause = null } = CAUSED.safeParse(error).data ?? {};
  return CAUSED.safeParse(cause).success ? reasonOf(cause) : message || code;
}

/** `Retry-After`: seconds, or a date. */
function secondsUntil(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d+\s*$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** One clause about it, for people. */
export function describe(failure: Failure): string {
  switch (failure.kind) {
    case "limited":
      return "GitHub's rate limit is reached";
    case "unreachable":
      return `GitHub could not be reached (${failure.why.replace(/\.$/, "")})`;
    case "broken":
    case "refused":
    case "rejected":
      return `GitHub answered ${failure.status}`;
  }
}
