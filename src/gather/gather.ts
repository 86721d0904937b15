import { UserError } from "../errors.js";
import type { Artifact, GitHub } from "../github/github.js";
import { MIB } from "../model/bytes.js";
import type { Report } from "../model/report.js";
import { compareBytes } from "../model/tree.js";
import { isPage } from "../publish/page-name.js";
import { visible } from "../render/visible.js";
import { jsonFilesIn, type Bounds } from "./archive.js";
import { readReport } from "./read-report.js";

/** An artifact larger than this holds something else. Bytes of the zip. */
const LARGEST = 32 * MIB;

/**
 * One report, unpacked: one with a thousand distributions takes 2 MB. JSON that is made to be costly (millions of brackets)
 * takes some thirty times its size in memory while it is read. Bytes.
 */
const REPORT = 16 * MIB;

/** All reports together, unpacked. Bytes. */
const UNPACKED = 128 * MIB;

/** All artifacts together, as they are downloaded. Reports pack to a tenth. Bytes. */
const DOWNLOADED = 128 * MIB;

/** Files that one artifact can hold. */
const ENTRIES = 1000;

/** Apps that one comment can be about. */
const MOST = 500;

/** What was found among a run's artifacts. */
export interface Gathered {
  /** In the order of their apps' names. */
  readonly reports: readonly Report[];
  /** Sentences about what was left out. */
  readonly problems: readonly string[];
  /** The artifacts that are pages about reports, by name: they are not looked into. */
  readonly pages: readonly Artifact[];
}

/**
 * The reports that the jobs of a workflow run left as artifacts, each checked by itself: what one job left does not
 * keep the others' from being shown.
 * @param isWanted by the artifact's name
 * @throws UserError if the artifacts can't be listed
 */
export async function gatherReports(
  run: number,
  isWanted: (name: string) => boolean,
  github: Pick<GitHub, "artifacts" | "downloadArtifact">,
): Promise<Gathered> {
  const reports: Report[] = [];
  const problems: string[] = [];
  const all = newest(await github.artifacts(run));
  const pages = all.filter(({ name }) => isPage(name)).sort((a, b) => compareBytes(a.name, b.name));
  const artifacts = all.filter(({ name }) => isWanted(name) && !isPage(name));
  if (artifacts.length > MOST) problems.push(`Only ${MOST} of ${artifacts.length} artifacts were looked at.`);
  const left = { downloaded: DOWNLOADED, unpacked: { entries: ENTRIES, text: REPORT, left: UNPACKED } };
  for (const artifact of artifacts.slice(0, MOST)) {
    try {
      reports.push(...(await reportsIn(artifact, left, github)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`The artifact ${visible(artifact.name, 80)} was left out. ${error.message} ${error.hint}`);
    }
  }
  if (reports.length > MOST) problems.push(`Only the first ${MOST} of ${reports.length} reports are shown.`);
  return { reports: reports.sort((a, b) => compareBytes(a.app, b.app)).slice(0, MOST), problems, pages };
}

/** What was left last under each name: where jobs were run again, GitHub lists what they left before as well. */
function newest(artifacts: readonly Artifact[]): readonly Artifact[] {
  const byName = new Map<string, Artifact>();
  for (const artifact of artifacts) {
    if (artifact.id > (byName.get(artifact.name)?.id ?? 0)) byName.set(artifact.name, artifact);
  }
  return [...byName.values()];
}

/** The reports in an artifact. What it takes is gone from what is left, also where they turn out to be none. */
async function reportsIn(
  { id }: Artifact,
  left: { downloaded: number; readonly unpacked: Bounds },
  github: Pick<GitHub, "downloadArtifact">,
): Promise<readonly Report[]> {
  const most = Math.min(LARGEST, left.downloaded);
  // What is refused for its size has been downloaded so far.
  left.downloaded -= most;
  const zip = await github.downloadArtifact(id, most);
  left.downloaded += most - zip.length;
  const files = await jsonFilesIn(zip, left.unpacked);
  if (files.size === 0) {
    throw new UserError("There is no JSON file in it.", "Upload the file that the output `report` names.");
  }
  return [...files.values()].map(readReport);
}
