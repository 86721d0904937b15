import { UserError } from "../errors.js";
import type { GitHub } from "../github/github.js";
import { mergeHistories, remembering } from "../history/merge.js";
import type { Point } from "../history/point.js";
import { readRecord, RECORD_FORMAT, writeRecord, type History } from "../history/record.js";
import type { Context } from "../ports.js";
import { offersCache, prefixOf } from "../store/cache-client.js";
import { openCachedText, type CachedText } from "../store/cached-text.js";

/** What runs on the default branch leave to later runs: what their apps weighed. */
export interface Memory {
  /** @throws UserError if it can't be read; one that is not there yet is empty */
  read(): Promise<History>;
  /**
   * Adds a point for each of these apps to what is there by then, so that runs at the same time take nothing from each other.
   * @throws UserError if it can't be written
   */
  add(points: ReadonlyMap<string, Point>): Promise<void>;
}

/** The memory in the Actions cache; null where the runner offers none. @param selection tells this run's apps from those of other jobs */
export function memoryInCache(selection: string, context: Pick<Context, "scratch" | "signal" | "env">): Memory | null {
  if (!offersCache(context.env)) return null;
  const any = prefixOf(`slugdiff-history-${String(RECORD_FORMAT)}-`, selection);
  // Runs take turns: of two that save at once, neither entry hides the other from the run after them.
  const turns = [0, 1].map((turn) => openCachedText({ prefix: `${any}${String(turn)}-`, context }));
  const own = turns[Number(context.env.GITHUB_RUN_NUMBER) % turns.length] ?? turns[0];
  let known: History = new Map();
  return {
    async read() {
      known = await historyIn(openCachedText({ prefix: any, context }));
      return known;
    },
    async add(points) {
      const found = await Promise.all(
        turns.map((turn) =>
          historyIn(turn).catch((error: unknown): History => {
            // What is known else is the best there is to add to. An entry that can never be read needs a successor.
            if (!(error instanceof UserError)) throw error;
            return new Map();
          }),
        ),
      );
      const history = remembering(mergeHistories(known, ...found), points);
      if (history !== null) await own?.write(writeRecord(history));
    },
  };
}

/** What is no record of ours is begun anew. @throws UserError if it can't be read */
async function historyIn(kept: CachedText): Promise<History> {
  return readRecord((await kept.read()) ?? "") ?? new Map<string, readonly Point[]>();
}

/** The file on a branch of its own. */
const FILE = "slugdiff-history.json";

/** More are needed only where many runs end at the same time. */
const MOST_TRIES = 5;

/** The memory on a branch: all apps of the repository in one file, which jobs change one after the other. */
export function memoryOnBranch(
  branch: string,
  github: Pick<GitHub, "readBranchFile" | "commitBranchFile" | "retrying">,
): Memory {
  const historyIn = (text: string | null): History => {
    const history = text === null ? new Map<string, readonly Point[]>() : readRecord(text);
    if (history !== null) return history;
    throw new UserError(
      `${FILE} on the branch ${branch} is no history that this version of Slugdiff can read.`,
      "Use the version that has written it, or remove the branch to begin anew.",
    );
  };
  const tryToAdd = async (points: ReadonlyMap<string, Point>): Promise<boolean> => {
    const before = await github.readBranchFile(branch, FILE);
    if (before.tip !== null && before.text === null) {
      throw new UserError(
        `The branch ${branch} has no ${FILE}: it was made for something else, and is left alone.`,
        "Name a branch that does not exist yet: history-branch.",
      );
    }
    const history = remembering(historyIn(before.text), points);
    if (history === null) return true;
    const [point] = points.values();
    const message = `Remember what ${point?.sha.slice(0, 7) ?? ""} weighs`;
    return github.commitBranchFile({ branch, path: FILE, text: writeRecord(history), message, before });
  };
  return {
    read: async () => historyIn((await github.readBranchFile(branch, FILE)).text),
    add: (points) =>
      github.retrying(async () => {
        for (let tried = 0; tried < MOST_TRIES; tried++) if (await tryToAdd(points)) return;
        throw new UserError(`Other runs keep changing the branch ${branch}.`, "Run the job again.");
      }),
  };
}
