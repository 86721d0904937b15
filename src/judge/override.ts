import { mib } from "../model/format.js";
import type { Override, Report } from "../model/report.js";
import { worst, type Finding, type RuleName } from "../model/verdict.js";
import { noiseFloorOf } from "./noise-floor.js";

/** What an app weighed when somebody looked at it. Bytes of the compressed slug. */
export interface ApprovedSize {
  readonly compressed: number | null;
  /** Null if the delta was unknown. */
  readonly delta: number | null;
}

/** The override label as it is on the pull request. */
export interface Approval {
  readonly label: string;
  /** Login of whoever applied it; null if that is not known, as when the account is gone. */
  readonly by: string | null;
  /** Whether they may write to the repository. */
  readonly mayWrite: boolean;
  /** By app, what it weighed at that time; an app that nobody had weighed by then is missing. */
  readonly sizes: Readonly<Record<string, ApprovedSize>>;
}

/** The rules that say how much is too much; that something could not be weighed is nobody's to approve. */
const LIFTED: readonly RuleName[] = ["limit", "max-increase"];

/**
 * The report as it is judged with the override label: an increase that was approved by somebody who may write to the
 * repository turns from a failure into a warning, as long as the change has not grown since by more than the noise floor.
 * What has grown is the change, not the slug: what others merged meanwhile is not held against it. Where there is nothing to
 * let through, nothing is said of the label.
 */
export function withOverride(report: Report, approval: Approval | null): Report {
  if (approval === null || report.head.total === null || !report.verdict.findings.some(isLiftable)) return report;
  const override = overrideOf(report, approval);
  if (override.state !== "in-force") return { ...report, override };
  const findings = report.verdict.findings.map((finding) =>
    isLiftable(finding)
      ? { ...finding, status: "warn" as const, message: finding.message + approvedBy(override) }
      : finding,
  );
  const lifts = report.verdict.findings.filter((finding, at) => finding !== findings[at]).map(({ rule }) => rule);
  return {
    ...report,
    override: { ...override, lifts },
    verdict: { status: worst(findings.map(({ status }) => status)), findings },
  };
}

/** The report as it was before `withOverride`: what an approval has turned into a warning is a failure again. */
export function withoutOverride(report: Report): Report {
  const { override } = report;
  if (override === null) return report;
  const findings = report.verdict.findings.map((finding) => {
    if (finding.status !== "warn" || !override.lifts.includes(finding.rule)) return finding;
    const end = approvedBy(override);
    const message = finding.message.endsWith(end) ? finding.message.slice(0, -end.length) : finding.message;
    return { ...finding, status: "fail" as const, message };
  });
  return { ...report, override: null, verdict: { status: worst(findings.map(({ status }) => status)), findings } };
}

/** What an approval adds to a finding's message. */
function approvedBy({ by }: Override): string {
  return ` Approved by ${by ?? ""}.`;
}

function isLiftable({ status, rule }: Finding): boolean {
  return status === "fail" && LIFTED.includes(rule);
}

function overrideOf(report: Report, { label, by, mayWrite, sizes }: Approval): Override {
  const override = (state: Override["state"], message: string): Override => ({ label, state, by, message, lifts: [] });
  if (by === null)
    return override("refused", `Who applied the label ${label} is not known: it approves nothing. Apply it again.`);
  if (!mayWrite)
    return override(
      "refused",
      `${by}, who applied the label ${label}, may not write to this repository: it approves nothing.`,
    );
  const approved = Object.hasOwn(sizes, report.app) ? sizes[report.app] : undefined;
  const { was, is } = grown(report, approved);
  if (was === null || is === null) {
    return override(
      "void",
      `When ${by} applied the label ${label}, nothing had been weighed: apply it again to approve what is shown here.`,
    );
  }
  const more = is - was;
  if (more > noiseFloorOf(report)) {
    return override(
      "void",
      `The change has grown by ${mib(more)} since ${by} applied the label ${label}: it approves nothing any more. Apply it again to approve what is shown here.`,
    );
  }
  return override("in-force", `${by} approved this size with the label ${label}.`);
}

/** The change then and now; the slug where the change was, or is, unknown. Null for what is not known. Bytes. */
function grown({ diff, head }: Report, approved: ApprovedSize | undefined): { was: number | null; is: number | null } {
  const delta = diff.total?.compressed ?? null;
  if (approved?.delta != null && delta !== null) return { was: approved.delta, is: delta };
  return { was: approved?.compressed ?? null, is: head.total?.compressed ?? null };
}
