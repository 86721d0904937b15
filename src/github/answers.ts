/** GitHub's answers, as far as they are used. https://docs.github.com/rest */
import { z } from "zod";
import type { Artifact, ChangedFile, IssueComment, PullRequest, WorkflowRun } from "./objects.js";

/** An account may be gone. */
const USER = z.object({ login: z.string() }).nullish();

export const COMMENT = z
  .object({ id: z.int(), body: z.string().nullish(), html_url: z.string(), user: USER })
  .transform(({ id, body, html_url, user }): IssueComment & { readonly by: string | null } => ({
    id,
    body: body ?? "",
    url: html_url,
    by: user?.login ?? null,
  }));

export const PULL_REQUEST = z
  .object({
    number: z.int(),
    state: z.string(),
    head: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
    base: z.object({ sha: z.string(), ref: z.string() }),
    labels: z.array(z.object({ name: z.string() })),
    created_at: z.string(),
  })
  .transform(({ number, state, head, base, labels, created_at }): PullRequest => ({
    number,
    isOpen: state === "open",
    head: { sha: head.sha, ref: head.ref, repository: head.repo?.full_name ?? null },
    base: { sha: base.sha, ref: base.ref },
    labels: labels.map(({ name }) => name),
    createdAt: created_at,
  }));

export const CHANGED_FILE = z
  .object({ filename: z.string(), patch: z.string().optional() })
  .transform(({ filename, patch }): ChangedFile => ({ path: filename, patch: patch ?? null }));

export const BRANCH = z.object({ commit: z.object({ sha: z.string() }) });

/** Only those about labels have one. */
export const ISSUE_EVENT = z.object({
  id: z.int(),
  event: z.string(),
  actor: USER,
  created_at: z.string(),
  label: z.object({ name: z.string().nullish() }).nullish(),
});

/** `maintain` is told as `write`, `triage` as `read`, and a role of an organisation's own as what it is based on. */
export const PERMISSION = z.object({ permission: z.string() });

export const CREATED_CHECK_RUN = z.object({ html_url: z.string().nullable() });

export const WORKFLOW_RUN = z
  .object({ id: z.int(), workflow_id: z.int(), head_sha: z.string(), created_at: z.string() })
  .transform(({ id, workflow_id, head_sha, created_at }): WorkflowRun & { readonly headSha: string } => ({
    id,
    workflow: workflow_id,
    headSha: head_sha,
    createdAt: created_at,
  }));

export const ARTIFACT = z
  .object({ id: z.int(), name: z.string(), size_in_bytes: z.int(), expired: z.boolean() })
  .transform(({ id, name, size_in_bytes, expired }): Artifact & { readonly expired: boolean } => ({
    id,
    name,
    bytes: size_in_bytes,
    expired,
  }));

export const VIEWER = z.object({ viewer: z.object({ login: z.string() }) });
