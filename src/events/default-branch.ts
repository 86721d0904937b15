import { z } from "zod";

/** What a run has to do with the repository's default branch. */
export interface DefaultBranch {
  readonly name: string;
  /** `is-on`: the event is about a commit of it. `goes-to`: about a change that would be merged into it. `neither`: something else. */
  readonly relation: "is-on" | "goes-to" | "neither";
}

const REPOSITORY = z.object({ repository: z.object({ default_branch: z.string().min(1) }) });
const PULL_REQUEST = z.object({ pull_request: z.object({ base: z.object({ ref: z.string() }) }) });
const MERGE_GROUP = z.object({ merge_group: z.object({ base_ref: z.string() }) });
const REF = z.object({ ref: z.string() });

/**
 * Reads from an event's payload what it has to do with the default branch; null where it names none. Other events that run on the
 * default branch, such as `workflow_run`, are mostly about something else, which they may have checked out: they count for nothing.
 * @param event its name (GITHUB_EVENT_NAME)
 * @param payload its parsed payload (the file at GITHUB_EVENT_PATH)
 */
export function readDefaultBranch(event: string, payload: unknown): DefaultBranch | null {
  const repository = REPOSITORY.safeParse(payload);
  if (!repository.success) return null;
  const name = repository.data.repository.default_branch;
  return { name, relation: relationOf(event, payload, name) };
}

function relationOf(event: string, payload: unknown, name: string): DefaultBranch["relation"] {
  switch (event) {
    case "pull_request":
      return PULL_REQUEST.safeParse(payload).data?.pull_request.base.ref === name ? "goes-to" : "neither";
    case "merge_group":
      return MERGE_GROUP.safeParse(payload).data?.merge_group.base_ref === `refs/heads/${name}` ? "goes-to" : "neither";
    case "push":
    case "workflow_dispatch":
      return REF.safeParse(payload).data?.ref === `refs/heads/${name}` ? "is-on" : "neither";
    case "schedule":
      // It runs nowhere else.
      return "is-on";
    default:
      return "neither";
  }
}
