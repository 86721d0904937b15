import { isDeepStrictEqual } from "node:util";
import type { GitHub, IssueComment } from "../github/github.js";
import { compareRuns, readMarker, writeMarker, type Marker } from "./marker.js";

/** GitHub takes no more characters. */
export const LONGEST_COMMENT = 65_536;

export interface CommentRequest {
  readonly pullRequest: number;
  readonly marker: Marker;
  /** Markdown below the marker. The marker takes what room it leaves, and does without its sizes if it must. */
  readonly text: string;
  /** Whether a comment is to be created where there is none. One that is there is always kept true. */
  readonly create: boolean;
  /**
   * Whether no older run can be about this head. Then none is left that might speak after this one, and a comment that says
   * the same already need not learn of this run. Only asked where it does say the same.
   */
  readonly isFirstOfHead: () => Promise<boolean>;
}

export type Published =
  | {
      readonly state: "created" | "updated" | "unchanged";
      readonly url: string;
      /** Whether another job or step of the same run had written something else into it. */
      readonly contended: boolean;
    }
  /** There is no comment, and none was to be created. */
  | { readonly state: "not-wanted" }
  /** Nothing was written, as something newer is there or on its way. `why` is a sentence. */
  | { readonly state: "outdated"; readonly why: string };

/** What the comment with this key says now; null if there is none. */
export async function previous(
  github: Pick<GitHub, "ownComments">,
  pullRequest: number,
  key: string,
): Promise<Marker | null> {
  const found = await ours(github, pullRequest, key);
  return (
    found
      .map(({ marker }) => marker)
      .sort(compareRuns)
      .at(-1) ?? null
  );
}

/**
 * Makes the one comment with this key say what this run found out, unless a newer run has spoken.
 *
 * GitHub knows no conditional writes, so this is how runs agree that write at the same time: everyone looks after writing, until
 * there is nothing left to do; only the oldest comment is ever changed; the others are only ever deleted, and only by
 * runs not older than what they say. So nothing is lost that a newer run wrote, with one exception: an older run's change
 * may arrive after a newer run has changed the same comment and looked again, all between the older run's own look
 * and its write. Where the two have other heads, the newer one must have weighed in that time too.
 */
export async function publishComment(request: CommentRequest, github: Comments): Promise<Published> {
  const { pullRequest, marker, text } = request;
  const line = writeMarker(marker, LONGEST_COMMENT - text.length - 1);
  const body = `${line}\n${text}`;
  if (body.length > LONGEST_COMMENT) throw new Error(`The comment has ${body.length} characters.`);
  const wanted = { ...request, marker: readMarker(line) ?? marker };
  const written: Written = { state: "unchanged", id: null, created: null, contended: false };

  /** Why this run has nothing to say any more; null if it has. */
  async function whyOutdated(): Promise<string | null> {
    const { head } = await github.pullRequest(pullRequest);
    return head.sha === marker.head ? null : `The head of #${pullRequest} is another commit by now.`;
  }

  /** Takes back what this run wrote beside the comment. */
  async function withdraw(others: readonly Found[], why: string): Promise<Published> {
    for (const other of others) {
      if (compareRuns(other.marker, marker) === 0) await github.deleteComment(other.comment.id);
    }
    return { state: "outdated", why };
  }

  /** One look, and what follows from it: the result, or null if it is to be looked again. */
  async function settle(): Promise<Published | null> {
    const found = await ours(github, pullRequest, marker.key, written.created);
    const [oldest, ...others] = found;
    written.contended ||= found.some(
      (other) =>
        compareRuns(other.marker, marker) === 0 && other.comment.id !== written.id && !isText(other.comment, text),
    );
    if (found.some((other) => compareRuns(other.marker, marker) > 0)) {
      return withdraw(others, `A newer run has commented on #${pullRequest} already.`);
    }
    if (oldest !== undefined && (await says(oldest, wanted, written))) {
      if (others.length === 0) return { state: written.state, url: oldest.comment.url, contended: written.contended };
      for (const { comment } of others) await github.deleteComment(comment.id);
      return null;
    }
    if (oldest === undefined && !request.create) return { state: "not-wanted" };
    const why = await whyOutdated();
    if (why !== null) return withdraw(others, why);
    if (oldest === undefined) {
      written.state = "created";
      written.created = await github.createComment(pullRequest, body);
      written.id = written.created.id;
      return null;
    }
    if (written.state === "unchanged") written.state = "updated";
    const updated = await github.updateComment(oldest.comment.id, body);
    written.id = updated?.id ?? null;
    if (updated === null && written.created?.id === oldest.comment.id) written.created = null;
    return null;
  }

  return github.retrying(async () => {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const result = await settle();
      if (result !== null) return result;
    }
    return { state: "outdated", why: `Something else keeps changing the comment on #${pullRequest}.` };
  });
}

/** What of GitHub it takes. */
type Comments = Pick<
  GitHub,
  "ownComments" | "createComment" | "updateComment" | "deleteComment" | "pullRequest" | "retrying"
>;

interface Found {
  readonly comment: IssueComment;
  readonly marker: Marker;
}

/** What this run has written so far. */
interface Written {
  state: "created" | "updated" | "unchanged";
  /** The comment written to last. */
  id: number | null;
  /** Lists of comments may lag behind. */
  created: IssueComment | null;
  contended: boolean;
}

/** More are needed only where something else keeps changing or deleting the comment. */
const MOST_LOOKS = 6;

/** The comments with this key, oldest first. */
async function ours(
  github: Pick<GitHub, "ownComments">,
  pullRequest: number,
  key: string,
  created: IssueComment | null = null,
): Promise<Found[]> {
  const comments = [...(await github.ownComments(pullRequest))];
  if (created !== null && !comments.some(({ id }) => id === created.id)) comments.push(created);
  return comments
    .map((comment) => ({ comment, marker: readMarker(comment.body) }))
    .filter((found): found is Found => found.marker?.key === key)
    .sort((one, other) => one.comment.id - other.comment.id);
}

/** Whether a comment says already what this run has to say. */
async function says(
  { comment, marker }: Found,
  { marker: wanted, text, isFirstOfHead }: CommentRequest,
  written: Written,
): Promise<boolean> {
  const sameRun = compareRuns(marker, wanted) === 0;
  // GitHub may keep a text in another form than it was sent in.
  if (sameRun && written.id === comment.id) return true;
  if (!isText(comment, text) || !isDeepStrictEqual(content(marker), content(wanted))) return false;
  return sameRun || isFirstOfHead();
}

/** What a marker says beside which run wrote it. */
function content(marker: Marker): unknown {
  const { run: _run, attempt: _attempt, head: _head, ...rest } = marker;
  return rest;
}

/** Whether this is what a comment says below its marker. */
function isText({ body }: IssueComment, text: string): boolean {
  return plain(body.slice(body.indexOf("\n") + 1)) === plain(text);
}

/** Links to a run and to what it left lead to the same for every run that says the same. */
function plain(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/\/actions\/runs\/\d+(?:\/artifacts\/\d+)?/g, "/actions/runs/")
    .trim();
}
