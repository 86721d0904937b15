import { UserError } from "../errors.js";
import { redact } from "../system/redact.js";
import { describe, type Failure, type FailedRequest } from "./failure.js";

/** What a request is for, in words and in permissions. */
export interface Purpose {
  /** As in "could not …": "read the comments of pull request #7". */
  readonly to: string;
  /** The permission of the job's token that it takes, as a workflow names it: `pull-requests: write`. */
  readonly needs: string;
}

/** GitHub does not let the token do something. */
export class RefusedError extends UserError {
  override readonly name = "RefusedError";

  constructor(
    readonly status: 401 | 403 | 404,
    /** What is missing, as a workflow names it: `pull-requests: write`. */
    readonly permission: string,
    message: string,
    hint: string,
  ) {
    super(message, hint);
  }
}

/** A write that did not succeed, or of which nobody heard that it did. What it was based on is to be looked at again first. */
export class PassingError extends UserError {
  override readonly name = "PassingError";

  constructor(
    readonly failure: Failure,
    message: string,
    hint: string,
  ) {
    super(message, hint);
  }
}

const AGAIN = "Run the job again. If this goes on, look at GitHub's status page and at the runner's network.";

/**
 * A failed request as an error for users.
 * @param now milliseconds since 1970
 */
export function errorOf({ failure, spent }: FailedRequest, purpose: Purpose, now: number): UserError {
  switch (failure.kind) {
    case "refused":
      return refused(failure, purpose);
    case "rejected":
      return new UserError(
        `GitHub does not let Slugdiff ${purpose.to}: it answered ${failure.status}${words(failure)}.`,
        "If that does not tell what to do, please report it as a mistake of Slugdiff's.",
      );
    case "limited":
    case "unreachable":
    case "broken": {
      const message = `Slugdiff could not ${purpose.to}: ${describe(failure)}.`;
      const hint = failure.kind === "limited" ? `Run the job again after ${clockTime(now, failure.seconds)}.` : AGAIN;
      return spent ? new UserError(message, hint) : new PassingError(failure, message, hint);
    }
  }
}

function refused(failure: Extract<Failure, { kind: "refused" }>, { to, needs }: Purpose): RefusedError {
  const { status } = failure;
  const permission = permissionOf(failure.accepted, needs);
  switch (status) {
    case 401: {
      const message = `GitHub did not take the token when Slugdiff tried to ${to}: it answered 401${words(failure)}.`;
      const hint = 'Leave the input "github-token" out to use the job\'s own, or give one that has not expired.';
      return new RefusedError(status, permission, message, hint);
    }
    case 403: {
      const message = `GitHub does not let the token ${to}: it answered 403${words(failure)}.`;
      return new RefusedError(status, permission, message, hintFor(permission));
    }
    case 404: {
      const message = `GitHub answered 404 when Slugdiff tried to ${to}: it is not there, or the token may not see it.`;
      return new RefusedError(status, permission, message, hintFor(permission));
    }
  }
}

function hintFor(permission: string): string {
  // No workflow can name this one: a job's own token always has it.
  if (permission.startsWith("metadata")) return 'Leave the input "github-token" out to use the job\'s own.';
  const add = `It takes \`${permission}\` in the job's \`permissions:\`.`;
  if (!permission.endsWith(": write")) return add;
  return `${add} For pull requests from forks and from Dependabot the token can only read: use the two workflows of "Forks and Dependabot" in the README.`;
}

/**
 * The permission to ask for: ours if GitHub accepts it, else the first that it does accept.
 * @param accepted sets of permissions, `a=read,b=write; c=write`: all of one set, any of the sets
 */
function permissionOf(accepted: string | null, ours: string): string {
  const sets = (accepted ?? "")
    .split(";")
    .map((set) => set.split(",").map((each) => /^\s*([a-z_]+)=(read|write)\s*$/.exec(each)))
    .filter((set) => set.every((each) => each !== null))
    .map((set) => set.map((each) => `${(each[1] ?? "").replaceAll("_", "-")}: ${each[2] ?? ""}`).join(", "));
  return sets.includes(ours) ? ours : (sets[0] ?? ours);
}

/** GitHub's own. */
function words({ words }: { readonly words: string | null }): string {
  return words === null ? "" : `, "${redact(words)}"`;
}

function clockTime(now: number, seconds: number): string {
  return `${new Date(now + seconds * 1000).toISOString().slice(11, 16)} UTC`;
}
