import { z } from "zod";

const BYTES = z.int().nonnegative();
const DELTA = z.int().nullable();

/** A marker as JSON, each app as `[compressed, delta]`: a hundred of them take some 5,000 characters. */
const MARKER = z.strictObject({
  v: z.literal(1),
  key: z.string(),
  run: BYTES,
  attempt: BYTES,
  head: z.string(),
  apps: z.record(
    z.string(),
    z.tuple([BYTES.nullable(), DELTA]).transform(([compressed, delta]) => ({ compressed, delta })),
  ),
  approval: z
    .strictObject({
      event: BYTES,
      by: z.string(),
      apps: z.record(
        z.string(),
        z.tuple([BYTES, DELTA]).transform(([compressed, delta]) => ({ compressed, delta })),
      ),
    })
    .optional(),
});

/** What a comment says of itself in its first line, which nobody sees. */
export interface Marker {
  /** The version of this form. */
  readonly v: 1;
  /** There is one comment per pull request and key. */
  readonly key: string;
  /** The id of the workflow run that weighed, and which attempt of it. */
  readonly run: number;
  readonly attempt: number;
  /** The pull request's head commit that was weighed. */
  readonly head: string;
  /** By app. Empty where there are too many to keep. */
  readonly apps: Readonly<Record<string, Size>>;
  /** The increase that somebody let through. */
  readonly approval?: Approval | undefined;
}

export interface Size {
  /** Compressed bytes of the head. */
  readonly compressed: number | null;
  readonly delta: number | null;
}

export interface Approval {
  /** The id of the event by which the label was applied. */
  readonly event: number;
  /** The login of whoever applied it. */
  readonly by: string;
  /** What was let through, by app. */
  readonly apps: Readonly<Record<string, Size & { readonly compressed: number }>>;
}

const START = "<!-- slugdiff ";
const END = " -->";

/**
 * The marker as the first line of a comment. Where it would have more than `most` characters, sizes are left out, those that were
 * approved last: then nothing counts as approved.
 */
export function writeMarker(marker: Marker, most: number): string {
  const unweighed = { ...marker, apps: {} };
  const shortest = { ...unweighed, approval: marker.approval && { ...marker.approval, apps: {} } };
  return [marker, unweighed].map(lineOf).find(({ length }) => length <= most) ?? lineOf(shortest);
}

function lineOf({ v, key, run, attempt, head, apps, approval }: Marker): string {
  const approved = approval && { event: approval.event, by: approval.by, apps: packed(approval.apps) };
  const json = JSON.stringify({ v, key, run, attempt, head, apps: packed(apps), approval: approved });
  return `${START}${escape(json)}${END}`;
}

function packed(apps: Marker["apps"]): Record<string, readonly [number | null, number | null]> {
  return Object.fromEntries(Object.entries(apps).map(([app, { compressed, delta }]) => [app, [compressed, delta]]));
}

/**
 * What a comment's first line says; null if it is no marker, or one of another version. Whoever wrote the comment wrote this
 * too: ask for the author first.
 */
export function readMarker(body: string): Marker | null {
  const [line = ""] = body.split(/\r?\n/, 1);
  if (!line.startsWith(START) || !line.endsWith(END)) return null;
  try {
    return MARKER.safeParse(JSON.parse(line.slice(START.length, -END.length))).data ?? null;
  } catch {
    return null;
  }
}

/** Which of two runs is the newer: positive if it is the first. Run ids grow, and the attempts at a run count from 1. */
export function compareRuns(one: Pick<Marker, "run" | "attempt">, other: Pick<Marker, "run" | "attempt">): number {
  return one.run - other.run || one.attempt - other.attempt;
}

/**
 * JSON in which nothing ends an HTML comment, begins a line, or could be read as Markdown or a mention. Outside of strings JSON has
 * none of what is escaped.
 */
function escape(json: string): string {
  return json.replace(
    /[^\w {}[\]",:.\\/-]|-(?=-)/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
