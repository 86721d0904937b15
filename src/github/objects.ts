import type { Annotation } from "../model/annotation.js";

export interface IssueComment {
  readonly id: number;
  readonly body: string;
  /** For people. */
  readonly url: string;
}

export interface PullRequest {
  readonly number: number;
  readonly isOpen: boolean;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    /** As `owner/name`; null if the fork is gone. */
    readonly repository: string | null;
  };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly labels: readonly string[];
  /** When it was opened, in ISO 8601. */
  readonly createdAt: string;
}

/** How a label came to be on a pull request. */
export interface Labelling {
  /** The event's. */
  readonly id: number;
  /** Who did it: a login, null if the account is gone. */
  readonly by: string | null;
  /** When, in ISO 8601. */
  readonly at: string;
}

/** A run of a workflow. */
export interface WorkflowRun {
  readonly id: number;
  /** The id of the workflow that it is a run of. */
  readonly workflow: number;
  /** When GitHub made it of its event, in ISO 8601; its later attempts do not change that. */
  readonly createdAt: string;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
}

/** A file that a pull request changes. */
export interface ChangedFile {
  /** Relative to the top of the repository; where it was moved to. */
  readonly path: string;
  /** A unified diff without its file headers; null where GitHub shows none, as for what is binary or very long. */
  readonly patch: string | null;
}

/** Remarks on lines of a pull request, made at once. */
export interface Review {
  /** The commit that the lines are of. */
  readonly headSha: string;
  /** Markdown above all of them. */
  readonly text: string;
  /** Each on whole lines that the pull request's diff shows in one stretch, numbered as the pull request leaves the file. */
  readonly comments: readonly {
    readonly path: string;
    readonly start: number;
    readonly end: number;
    /** Markdown. */
    readonly body: string;
  }[];
}

/** A check run that is over. */
export interface CheckRun {
  readonly name: string;
  readonly headSha: string;
  readonly conclusion: "success" | "failure";
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  /** At most 50. */
  readonly annotations: readonly Annotation[];
}
