/** Objects of the shape that GitHub publishes, made from the fake's state. `contract.ts` holds them to it. */
import { countOf, type FileChange } from "./diff.js";
import type {
  Artifact,
  Branch,
  CheckRun,
  Comment,
  IssueEvent,
  Pull,
  Repository,
  ReviewComment,
  Role,
  State,
  Token,
  WorkflowRun,
} from "./state.js";

export type Json = Readonly<Record<string, unknown>>;

/** Where this GitHub is. */
export interface Urls {
  readonly api: string;
  readonly server: string;
}

const NEVER = "2026-01-01T00:00:00Z";

/** A number that stays the same for a text; for users and labels, which the state has no objects for. */
function numberOf(text: string): number {
  let number = 7;
  for (const byte of Buffer.from(text)) number = (number * 31 + byte) % 1_000_000_007;
  return number;
}

function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}${id}`).toString("base64");
}

export function user(login: string, { api, server }: Urls): Json {
  const id = numberOf(login);
  const url = `${api}/users/${encodeURIComponent(login)}`;
  const bot = login.endsWith("[bot]");
  return {
    login,
    id,
    node_id: nodeId("User", id),
    avatar_url: `${server}/avatars/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: bot ? `${server}/apps/${login.slice(0, -5)}` : `${server}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: bot ? "Bot" : "User",
    user_view_type: "public",
    site_admin: false,
  };
}

export function app(slug: string, urls: Urls): Json {
  const id = numberOf(slug);
  return {
    id,
    slug,
    client_id: `Iv1.${id.toString(16)}`,
    node_id: nodeId("App", id),
    owner: user("github", urls),
    name: slug,
    description: "",
    external_url: `${urls.server}/apps/${slug}`,
    html_url: `${urls.server}/apps/${slug}`,
    created_at: NEVER,
    updated_at: NEVER,
    permissions: { metadata: "read" },
    events: [],
  };
}

/** The fields that every form of a repository has. */
export function minimalRepository(
  { id, fullName, private: hidden, fork }: Pick<Repository, "id" | "fullName" | "private" | "fork">,
  urls: Urls,
): Json {
  const [owner = "", name = ""] = fullName.split("/");
  const url = `${urls.api}/repos/${fullName}`;
  const html = `${urls.server}/${fullName}`;
  return {
    id,
    node_id: nodeId("Repository", id),
    name,
    full_name: fullName,
    private: hidden,
    owner: user(owner, urls),
    html_url: html,
    description: null,
    fork,
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
  };
}

export function repository(given: Repository, urls: Urls): Json {
  const html = `${urls.server}/${given.fullName}`;
  return {
    ...minimalRepository(given, urls),
    created_at: NEVER,
    updated_at: NEVER,
    pushed_at: NEVER,
    git_url: `${html.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(urls.server).hostname}:${given.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 100,
    stargazers_count: 0,
    watchers_count: 0,
    language: "Python",
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: given.private ? "private" : "public",
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: given.defaultBranch,
  };
}

export function fullRepository(given: Repository, urls: Urls): Json {
  return { ...repository(given, urls), network_count: 0, subscribers_count: 0 };
}

export function label(name: string, fullName: string, { api }: Urls): Json {
  const id = numberOf(name);
  return {
    id,
    node_id: nodeId("Label", id),
    url: `${api}/repos/${fullName}/labels/${encodeURIComponent(name)}`,
    name,
    description: "",
    color: "ededed",
    default: false,
  };
}

function branch({ ref, sha, repo }: Branch, state: State, urls: Urls): Json {
  const [owner = "ghost"] = repo?.split("/") ?? [];
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: user(owner, urls),
    repo: repo === null ? null : repository(state.repository(repo), urls),
  };
}

/** As a list of pull requests has them. */
export function pullSimple(pull: Pull, state: State, urls: Urls): Json {
  const fullName = pull.base.repo;
  const url = `${urls.api}/repos/${fullName}/pulls/${pull.number}`;
  const issue = `${urls.api}/repos/${fullName}/issues/${pull.number}`;
  const html = `${urls.server}/${fullName}/pull/${pull.number}`;
  const statuses = `${urls.api}/repos/${fullName}/statuses/${pull.head.sha}`;
  const id = 500_000 + pull.number;
  return {
    url,
    id,
    node_id: nodeId("PullRequest", id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: user(pull.user, urls),
    body: null,
    created_at: pull.createdAt,
    updated_at: pull.createdAt,
    closed_at: pull.state === "closed" ? pull.createdAt : null,
    merged_at: pull.merged ? pull.createdAt : null,
    merge_commit_sha: pull.mergeCommit,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map((name) => label(name, fullName, urls)),
    milestone: null,
    draft: false,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${urls.api}/repos/${fullName}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: branch(pull.head, state, urls),
    base: branch(pull.base, state, urls),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${urls.api}/repos/${fullName}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: "CONTRIBUTOR",
    auto_merge: null,
    active_lock_reason: null,
  };
}

export function pullRequest(pull: Pull, state: State, urls: Urls): Json {
  return {
    ...pullSimple(pull, state, urls),
    merged: pull.merged,
    mergeable: pull.merged ? null : true,
    rebaseable: true,
    mergeable_state: "clean",
    merged_by: pull.merged ? user(pull.user, urls) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: pull.head.repo !== pull.base.repo,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

export function changedFile({ path, status, sha, patch }: FileChange, pull: Pull, { api, server }: Urls): Json {
  const [additions, deletions] = [countOf("+", patch), countOf("-", patch)];
  const { repo } = pull.base;
  return {
    sha,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${server}/${repo}/blob/${pull.head.sha}/${path}`,
    raw_url: `${server}/${repo}/raw/${pull.head.sha}/${path}`,
    contents_url: `${api}/repos/${repo}/contents/${path}?ref=${pull.head.sha}`,
    ...(patch === null ? {} : { patch }),
  };
}

export function review(id: number, body: string, by: Token, pull: Pull, urls: Urls): Json {
  const url = `${urls.api}/repos/${pull.base.repo}/pulls/${pull.number}`;
  const html = `${urls.server}/${pull.base.repo}/pull/${pull.number}#pullrequestreview-${id}`;
  return {
    id,
    node_id: nodeId("PullRequestReview", id),
    user: user(by.login, urls),
    body,
    state: "COMMENTED",
    html_url: html,
    pull_request_url: url,
    author_association: "NONE",
    _links: { html: { href: html }, pull_request: { href: url } },
    commit_id: pull.head.sha,
  };
}

export function reviewComment(given: ReviewComment, fullName: string, urls: Urls): Json {
  const { id, issue, review, body, path, startLine, line, commit, createdAt, updatedAt } = given;
  const url = `${urls.api}/repos/${fullName}/pulls/comments/${id}`;
  const pull = `${urls.api}/repos/${fullName}/pulls/${issue}`;
  const html = `${urls.server}/${fullName}/pull/${issue}#discussion_r${id}`;
  return {
    url,
    id,
    node_id: nodeId("PullRequestReviewComment", id),
    pull_request_review_id: review,
    diff_hunk: "@@ -1 +1 @@",
    path,
    commit_id: commit,
    original_commit_id: commit,
    user: user(given.user, urls),
    body,
    created_at: createdAt,
    updated_at: updatedAt,
    html_url: html,
    pull_request_url: pull,
    author_association: "NONE",
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    start_line: startLine,
    line,
    side: "RIGHT",
  };
}

export function comment(given: Comment, fullName: string, urls: Urls): Json {
  const { id, issue, body, createdAt, updatedAt } = given;
  const url = `${urls.api}/repos/${fullName}/issues/comments/${id}`;
  return {
    url,
    html_url: `${urls.server}/${fullName}/pull/${issue}#issuecomment-${id}`,
    issue_url: `${urls.api}/repos/${fullName}/issues/${issue}`,
    id,
    node_id: nodeId("IssueComment", id),
    user: user(given.user, urls),
    created_at: createdAt,
    updated_at: updatedAt,
    author_association: given.byApp ? "NONE" : "CONTRIBUTOR",
    body,
    reactions: {
      url: `${url}/reactions`,
      total_count: 0,
      "+1": 0,
      "-1": 0,
      laugh: 0,
      hooray: 0,
      confused: 0,
      heart: 0,
      rocket: 0,
      eyes: 0,
    },
    performed_via_github_app: given.byApp ? app(given.user.replace(/\[bot\]$/, ""), urls) : null,
  };
}

export function issueEvent(
  { id, event, label: name, actor, createdAt }: IssueEvent,
  fullName: string,
  urls: Urls,
): Json {
  return {
    id,
    node_id: nodeId("IssueEvent", id),
    url: `${urls.api}/repos/${fullName}/issues/events/${id}`,
    actor: user(actor, urls),
    event,
    commit_id: null,
    commit_url: null,
    created_at: createdAt,
    ...(name === null ? {} : { label: { name, color: "ededed" } }),
    performed_via_github_app: null,
  };
}

export function gitRef(ref: string, sha: string, fullName: string, { api }: Urls): Json {
  const url = `${api}/repos/${fullName}/git`;
  return {
    ref: `refs/${ref}`,
    node_id: nodeId("Ref", numberOf(ref)),
    url: `${url}/refs/${ref}`,
    object: { type: "commit", sha, url: `${url}/commits/${sha}` },
  };
}

/** A commit that was made by the API. */
export function gitCommit(
  { sha, message, tree, parents }: { sha: string; message: string; tree: string; parents: readonly string[] },
  fullName: string,
  urls: Urls,
): Json {
  const url = `${urls.api}/repos/${fullName}/git`;
  const signature = { name: "Author", email: "author@example.com", date: NEVER };
  const html = (name: string): string => `${urls.server}/${fullName}/commit/${name}`;
  return {
    sha,
    node_id: nodeId("Commit", numberOf(sha)),
    url: `${url}/commits/${sha}`,
    html_url: html(sha),
    author: signature,
    committer: signature,
    message,
    tree: { sha: tree, url: `${url}/trees/${tree}` },
    parents: parents.map((parent) => ({ sha: parent, url: `${url}/commits/${parent}`, html_url: html(parent) })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

export function branchWithProtection(name: string, sha: string, tree: string, fullName: string, urls: Urls): Json {
  const url = `${urls.api}/repos/${fullName}`;
  const signature = { name: "Author", email: "author@example.com", date: NEVER };
  return {
    name,
    commit: {
      sha,
      node_id: nodeId("Commit", numberOf(sha)),
      commit: {
        author: signature,
        committer: signature,
        message: "x",
        tree: { sha: tree, url: `${url}/git/trees/${tree}` },
        url: `${url}/git/commits/${sha}`,
        comment_count: 0,
      },
      url: `${url}/commits/${sha}`,
      html_url: `${urls.server}/${fullName}/commit/${sha}`,
      comments_url: `${url}/commits/${sha}/comments`,
      author: user("author", urls),
      committer: user("author", urls),
      parents: [],
    },
    _links: { self: `${url}/branches/${name}`, html: `${urls.server}/${fullName}/tree/${name}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${url}/branches/${name}/protection`,
  };
}

const LEGACY: Readonly<Record<Role, string>> = {
  admin: "admin",
  maintain: "write",
  write: "write",
  triage: "read",
  read: "read",
  none: "none",
};

export function collaborator(login: string, role: Role, urls: Urls): Json {
  const order: Role[] = ["none", "read", "triage", "write", "maintain", "admin"];
  const atLeast = (wanted: Role): boolean => order.indexOf(role) >= order.indexOf(wanted);
  const permissions = {
    admin: atLeast("admin"),
    maintain: atLeast("maintain"),
    push: atLeast("write"),
    triage: atLeast("triage"),
    pull: atLeast("read"),
  };
  return {
    permission: LEGACY[role],
    role_name: role,
    user: { ...user(login, urls), permissions, role_name: role },
  };
}

export function checkRun(given: CheckRun, fullName: string, urls: Urls): Json {
  const { id, headSha, name, status, conclusion, output } = given;
  const url = `${urls.api}/repos/${fullName}/check-runs/${id}`;
  return {
    id,
    name,
    node_id: nodeId("CheckRun", id),
    head_sha: headSha,
    external_id: given.externalId,
    url,
    html_url: `${urls.server}/${fullName}/runs/${id}`,
    details_url: given.detailsUrl,
    status,
    conclusion,
    started_at: given.startedAt,
    completed_at: given.completedAt,
    output: { ...output, annotations_count: given.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: 5 },
    app: app("github-actions", urls),
    pull_requests: [],
  };
}

export function workflowRun(given: WorkflowRun, repo: Repository, state: State, urls: Urls): Json {
  const { id, head } = given;
  const url = `${urls.api}/repos/${repo.fullName}/actions/runs/${id}`;
  const workflow = `${urls.api}/repos/${repo.fullName}/actions/workflows/${given.workflow}`;
  const short = (from: Branch) => {
    const { id: repoId, fullName } = from.repo === null ? repo : state.repository(from.repo);
    const name = fullName.split("/")[1] ?? "";
    return { ref: from.ref, sha: from.sha, repo: { id: repoId, url: `${urls.api}/repos/${fullName}`, name } };
  };
  const actor = user(head.repo?.split("/")[0] ?? "ghost", urls);
  return {
    id,
    name: given.name,
    node_id: nodeId("WorkflowRun", id),
    head_branch: head.ref,
    head_sha: head.sha,
    path: ".github/workflows/slug-size.yml",
    display_title: "Add a requirement",
    run_number: given.number,
    event: given.event,
    status: given.status,
    conclusion: given.conclusion,
    workflow_id: given.workflow,
    check_suite_id: 5,
    check_suite_node_id: nodeId("CheckSuite", 5),
    url,
    html_url: `${urls.server}/${repo.fullName}/actions/runs/${id}`,
    pull_requests: given.pulls.map((number) => {
      const pull = state.pull(repo.fullName, number);
      return {
        id: 500_000 + number,
        number,
        url: `${urls.api}/repos/${repo.fullName}/pulls/${number}`,
        head: short(pull.head),
        base: short(pull.base),
      };
    }),
    created_at: given.createdAt,
    updated_at: given.createdAt,
    actor,
    run_attempt: given.attempt,
    referenced_workflows: [],
    run_started_at: given.createdAt,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${urls.api}/repos/${repo.fullName}/check-suites/5`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: workflow,
    head_commit: {
      id: head.sha,
      tree_id: head.sha,
      message: "x",
      timestamp: given.createdAt,
      author: { name: "Author", email: "author@example.com" },
      committer: { name: "Author", email: "author@example.com" },
    },
    repository: minimalRepository(repo, urls),
    head_repository: head.repo === null ? null : minimalRepository(state.repository(head.repo), urls),
  };
}

export function artifact(given: Artifact, repo: Repository, { api }: Urls): Json {
  const url = `${api}/repos/${repo.fullName}/actions/artifacts/${given.id}`;
  const run = repo.runs.find(({ id }) => id === given.runId);
  return {
    id: given.id,
    node_id: nodeId("Artifact", given.id),
    name: given.name,
    size_in_bytes: given.sizeInBytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: given.expired,
    created_at: given.createdAt,
    updated_at: given.createdAt,
    expires_at: "2027-02-20T12:00:00Z",
    workflow_run: {
      id: given.runId,
      repository_id: repo.id,
      head_repository_id: repo.id,
      head_branch: run?.head.ref ?? null,
      head_sha: run?.head.sha ?? "",
    },
  };
}
