import type { GitHub, Labelling } from "../github/github.js";
import type { Approval, ApprovedSize } from "../judge/override.js";
import type { Report } from "../model/report.js";
import type { Marker } from "../publish/marker.js";

/** The override label of a pull request, and what was known when it was applied. */
export interface Labelled {
  readonly pullRequest: number;
  readonly label: string;
  /** What our comment says by now; null if there is none. */
  readonly previous: Marker | null;
  /** Whether the label was applied while what the reports are about was the head: then what they say is what was approved. */
  readonly isAppliedToHead: (labelling: Labelling) => Promise<boolean>;
  readonly reports: readonly Report[];
}

/**
 * Who approved what with the override label, and what the comment is to remember of it. The size that counts is that of
 * the head when the label was applied: remembered since, weighed here, or else what the comment showed.
 */
export async function approvalOf(
  { pullRequest, label, previous, isAppliedToHead, reports }: Labelled,
  github: Pick<GitHub, "labelling" | "mayWrite">,
): Promise<{ readonly approval: Approval; readonly record: Marker["approval"] }> {
  const labelling = await github.labelling(pullRequest, label);
  const by = labelling?.by ?? null;
  if (labelling === null || by === null) {
    // The account is gone, or the event is, or it is not there yet: what is remembered may still be needed.
    return { approval: { label, by: null, mayWrite: false, sizes: {} }, record: previous?.approval };
  }
  const { id } = labelling;
  const remembered = previous?.approval?.event === id ? previous.approval.apps : null;
  // An app that another job weighs may be remembered alone.
  const isKnown = remembered !== null && reports.every(({ app }) => Object.hasOwn(remembered, app));
  const seen = !isKnown && (await isAppliedToHead(labelling)) ? sizesOf(reports) : (remembered ?? previous?.apps);
  const sizes = { ...seen, ...remembered };
  return {
    approval: { label, by, mayWrite: await github.mayWrite(by), sizes },
    record: { event: id, by, apps: known(sizes) },
  };
}

/** Without what could not be weighed: nobody can have approved that. */
function known(sizes: Readonly<Record<string, ApprovedSize>>): NonNullable<Marker["approval"]>["apps"] {
  return Object.fromEntries(
    Object.entries(sizes).flatMap(([app, { compressed, delta }]) =>
      compressed === null ? [] : [[app, { compressed, delta }]],
    ),
  );
}

/** What each app weighs, as a comment remembers it. */
export function sizesOf(reports: readonly Report[]): Record<string, ApprovedSize> {
  return Object.fromEntries(
    reports.map(({ app, head, diff }) => [
      app,
      { compressed: head.total?.compressed ?? null, delta: diff.total?.compressed ?? null },
    ]),
  );
}
