/** What the fake of GitHub knows: plain data that a test sets up, looks at and changes. */

/** A level of access as GitHub calls it; `maintain` and `triage` are roles, shown as `write` and `read` where only four exist. */
export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";

export type Access = "none" | "read" | "write";

/** Permissions that a token can be given, in the words of a workflow file. */
export type Permission = "actions" | "checks" | "contents" | "issues" | "pull_requests";

/** A token and whom it speaks for. */
export interface Token {
  readonly login: string;
  /** `installation`: a job's own token or an app's, which is no user. `user`: a personal access token. */
  readonly kind: "installation" | "user";
  readonly permissions: Readonly<Partial<Record<Permission, Access>>>;
  /** Private repositories that it can see. Public ones are seen by all. */
  readonly repositories: "all" | readonly string[];
  /** Does GraphQL refuse it, as some installations do. */
  readonly graphql: boolean;
}

export interface Branch {
  readonly ref: string;
  readonly sha: string;
  /** `owner/name`; null when the fork was deleted. */
  readonly repo: string | null;
}

export interface Pull {
  readonly number: number;
  state: "open" | "closed";
  title: string;
  user: string;
  head: Branch;
  base: Branch & { readonly repo: string };
  labels: string[];
  merged: boolean;
  mergeCommit: string | null;
  createdAt: string;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly user: string;
  /** Was it written with a job's or an app's token. */
  readonly byApp: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

/** A remark on lines of a pull request. */
export interface ReviewComment extends Comment {
  readonly review: number;
  readonly path: string;
  readonly startLine: number | null;
  readonly line: number;
  /** The commit that it was made on. */
  readonly commit: string;
}

/** What happened to a pull request: what its list of events holds. */
export interface IssueEvent {
  readonly id: number;
  readonly issue: number;
  readonly event: "labeled" | "unlabeled" | "head_ref_force_pushed";
  /** Null for what is not about one. */
  readonly label: string | null;
  readonly actor: string;
  readonly createdAt: string;
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: string;
  readonly message: string;
}

export interface CheckRun {
  readonly id: number;
  readonly headSha: string;
  name: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string | null;
  startedAt: string | null;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Annotation[];
}

export interface WorkflowRun {
  readonly id: number;
  /** The id of the workflow that it is a run of. */
  readonly workflow: number;
  name: string;
  event: string;
  status: string;
  conclusion: string | null;
  attempt: number;
  number: number;
  head: Branch;
  /** Pull requests of the repository itself; GitHub leaves this empty for forks. */
  pulls: readonly number[];
  createdAt: string;
}

export interface Artifact {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly zip: Buffer;
  /** Size that the API claims. */
  sizeInBytes: number;
  expired: boolean;
  readonly createdAt: string;
}

export interface Repository {
  readonly id: number;
  readonly fullName: string;
  readonly private: boolean;
  readonly fork: boolean;
  readonly defaultBranch: string;
  /** A git repository on disk that is served at the server's address; null if only the API knows this one. */
  readonly git: string | null;
  /** Commit by branch name. */
  readonly branches: Map<string, string>;
  readonly pulls: Pull[];
  readonly comments: Comment[];
  readonly reviewComments: ReviewComment[];
  readonly issueEvents: IssueEvent[];
  /** Role by login. Whoever is not named may read what is public. */
  readonly roles: Map<string, Role>;
  readonly checkRuns: CheckRun[];
  readonly runs: WorkflowRun[];
  readonly artifacts: Artifact[];
}

const ALL: Token["permissions"] = {
  actions: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  pull_requests: "write",
};

/** The account of a job's own token. */
export const ACTIONS_BOT = "github-actions[bot]";

/** Everything on one GitHub, with what tests need to fill it. Moments come from a clock of its own, one second per event. */
export class State {
  readonly repositories = new Map<string, Repository>();
  readonly tokens = new Map<string, Token>();
  #id = 1000;
  #now = Date.parse("2026-11-22T12:00:00Z");

  /** The next unused number; all objects share one row of them. */
  nextId(): number {
    return ++this.#id;
  }

  /** The moment of an event, one second after the one before. */
  tick(): string {
    this.#now += 1000;
    return new Date(this.#now).toISOString().replace(".000", "");
  }

  /** Lets time go by in which nothing happens. */
  wait(minutes: number): void {
    this.#now += minutes * 60_000;
  }

  addToken(token: string, given: Partial<Token> = {}): Token {
    const full: Token = {
      login: ACTIONS_BOT,
      kind: "installation",
      permissions: ALL,
      repositories: "all",
      graphql: true,
      ...given,
    };
    this.tokens.set(token, full);
    return full;
  }

  addRepository(
    fullName: string,
    given: Partial<Pick<Repository, "private" | "fork" | "defaultBranch" | "git">> = {},
  ): Repository {
    const repository: Repository = {
      id: this.nextId(),
      fullName,
      private: false,
      fork: false,
      defaultBranch: "main",
      git: null,
      ...given,
      branches: new Map(),
      pulls: [],
      comments: [],
      reviewComments: [],
      issueEvents: [],
      roles: new Map(),
      checkRuns: [],
      runs: [],
      artifacts: [],
    };
    this.repositories.set(fullName, repository);
    return repository;
  }

  repository(fullName: string): Repository {
    const found = this.repositories.get(fullName);
    if (found === undefined) throw new Error(`the fake has no repository ${fullName}`);
    return found;
  }

  /** A pull request, by default number 7 from a branch `feature` of the repository itself into its default branch. */
  addPull(
    fullName: string,
    given: Partial<Omit<Pull, "head" | "base">> & { head?: Partial<Branch>; base?: Partial<Branch> } = {},
  ): Pull {
    const repository = this.repository(fullName);
    const { head, base, ...rest } = given;
    const pull: Pull = {
      number: 7,
      state: "open",
      title: "Add a requirement",
      user: "author",
      labels: [],
      merged: false,
      mergeCommit: null,
      createdAt: this.tick(),
      ...rest,
      head: { ref: "feature", sha: sha("head"), repo: fullName, ...head },
      base: {
        ref: repository.defaultBranch,
        sha: repository.branches.get(repository.defaultBranch) ?? sha("base"),
        ...base,
        repo: fullName,
      },
    };
    repository.pulls.push(pull);
    return pull;
  }

  pull(fullName: string, number: number): Pull {
    const found = this.repository(fullName).pulls.find((pull) => pull.number === number);
    if (found === undefined) throw new Error(`${fullName} has no pull request ${number}`);
    return found;
  }

  addComment(
    fullName: string,
    issue: number,
    body: string,
    { user = "author", byApp = false }: { readonly user?: string; readonly byApp?: boolean } = {},
  ): Comment {
    const now = this.tick();
    const comment = { id: this.nextId(), issue, body, user, byApp, createdAt: now, updatedAt: now };
    this.repository(fullName).comments.push(comment);
    return comment;
  }

  /** Puts a label on a pull request or takes it away, as the actor, and remembers that. */
  label(fullName: string, number: number, event: "labeled" | "unlabeled", label: string, actor: string): IssueEvent {
    const pull = this.pull(fullName, number);
    pull.labels = [...pull.labels.filter((each) => each !== label), ...(event === "labeled" ? [label] : [])];
    return this.#addEvent(fullName, { issue: number, event, label, actor });
  }

  /** Remembers that a pull request's branch was pushed to by force. */
  forcePushed(fullName: string, number: number): IssueEvent {
    const { user } = this.pull(fullName, number);
    return this.#addEvent(fullName, { issue: number, event: "head_ref_force_pushed", label: null, actor: user });
  }

  #addEvent(fullName: string, given: Omit<IssueEvent, "id" | "createdAt">): IssueEvent {
    const event = { ...given, id: this.nextId(), createdAt: this.tick() };
    this.repository(fullName).issueEvents.push(event);
    return event;
  }

  addRun(fullName: string, given: Partial<WorkflowRun> = {}): WorkflowRun {
    const run: WorkflowRun = {
      id: this.nextId(),
      workflow: 11,
      name: "Slug size",
      event: "pull_request",
      status: "completed",
      conclusion: "success",
      attempt: 1,
      number: 1,
      head: { ref: "feature", sha: sha("head"), repo: fullName },
      pulls: [],
      createdAt: this.tick(),
      ...given,
    };
    this.repository(fullName).runs.push(run);
    return run;
  }

  addArtifact(fullName: string, runId: number, name: string, zip: Buffer): Artifact {
    const artifact = {
      id: this.nextId(),
      runId,
      name,
      zip,
      sizeInBytes: zip.length,
      expired: false,
      createdAt: this.tick(),
    };
    this.repository(fullName).artifacts.push(artifact);
    return artifact;
  }
}

/** A commit's name made from any text: the same text gives the same name. */
export function sha(text: string): string {
  return [...Buffer.from(`${text}${"\0".repeat(20)}`).subarray(0, 20)]
    .map((byte, at) => ((byte + 16 * at) % 256).toString(16).padStart(2, "0"))
    .join("");
}
