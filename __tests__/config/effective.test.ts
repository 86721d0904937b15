import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { MIB } from "../../src/model/bytes.js";
import {
  budgetOf,
  effectiveConfig,
  reportedConfig,
  targetOptionsOf,
  type Sources,
} from "../../src/config/effective.js";
import { fromFile, NO_FILE, type FileConfig } from "../../src/config/fromFile.js";

const HEROKU = { limit: 1000 * MIB, warnAt: [500 * MIB, 300 * MIB] };
const file = (slugdiff: string): FileConfig => fromFile({ pyproject: null, slugdiff }, ".");
const config = (sources: Partial<Sources>): ReturnType<typeof effectiveConfig> =>
  effectiveConfig({ options: {}, head: NO_FILE, base: null, now: new Date("2026-11-22T14:03:00.123Z"), ...sources });
const pullRequest = (base: FileConfig, head: FileConfig, options = {}): ReturnType<typeof effectiveConfig> =>
  config({ options, head, base: { state: "read", file: base } });

describe("precedence", () => {
  test("option over file over default", () => {
    const head = file(`limit = "600M"\nallowance = "5M"`);
    expect(budgetOf(config({}), HEROKU)).toEqual({ ...HEROKU, maxIncrease: null, noiseFloor: 65_536, allowance: 0 });
    expect(budgetOf(config({ head }), HEROKU)).toMatchObject({ limit: 600 * MIB, allowance: 5 * MIB });
    expect(budgetOf(config({ head, options: { limit: 700 * MIB } }), HEROKU)).toMatchObject({
      limit: 700 * MIB,
      allowance: 5 * MIB,
    });
  });

  test("the cut-off is the run's one moment unless set", () => {
    expect(config({}).cutoff).toBe("2026-11-22T14:03:00Z");
    expect(config({ options: { cutoff: "2026-01-01T00:00:00Z" } }).cutoff).toBe("2026-01-01T00:00:00Z");
  });
});

describe("a pull request can't bend the rules for itself", () => {
  test("limits are the base's, and what the head changes is said", () => {
    const change = pullRequest(
      file(`limit = "600M"\nmax-increase = "5%"\nwarn-at = ["400M"]`),
      file(`limit = "2G"\nmax-increase = "none"\nwarn-at = ["400M"]`),
    );
    expect(budgetOf(change, HEROKU)).toMatchObject({ limit: 600 * MIB, maxIncrease: { percent: 5 } });
    expect(change.notes).toEqual([
      "slugdiff.toml changes limit from 600M to 2G: in force once it is in the base.",
      "slugdiff.toml changes max-increase from 5% to none: in force once it is in the base.",
    ]);
  });

  test("nor by adding a file, or by deleting the one there is", () => {
    const adds = pullRequest(NO_FILE, file(`limit = "2G"`));
    expect(budgetOf(adds, HEROKU).limit).toBe(HEROKU.limit);
    expect(adds.notes.join()).toMatch(/changes limit from its default to 2G/);
    const deletes = pullRequest(file(`limit = "100M"\nbuilds = "never"`), NO_FILE);
    expect(budgetOf(deletes, HEROKU).limit).toBe(100 * MIB);
    expect(targetOptionsOf(deletes, "head").builds).toBe("never");
    expect(deletes.notes).toHaveLength(2);
  });

  test("an option is in force either way, so nothing is said", () => {
    const change = pullRequest(file(`limit = "600M"`), file(`limit = "2G"`), { limit: MIB });
    expect(budgetOf(change, HEROKU).limit).toBe(MIB);
    expect(change.notes).toEqual([]);
  });

  test("once merged, the head's rules are in force", () => {
    expect(budgetOf(config({ head: file(`limit = "2G"`), base: null }), HEROKU).limit).toBe(2048 * MIB);
  });

  test("a new app brings its own rules; a base that can't be read brings none, and a way to mend it", () => {
    const head = file(`limit = "50M"`);
    const added = config({ head, base: { state: "no-app" } });
    expect(budgetOf(added, HEROKU).limit).toBe(50 * MIB);
    expect(added.notes).toHaveLength(1);
    const broken = config({
      head,
      base: { state: "unreadable", problem: new UserError("slugdiff.toml is not TOML.", "Mend it.") },
    });
    expect(budgetOf(broken, HEROKU).limit).toBe(HEROKU.limit);
    expect(broken.notes[0]).toMatch(/slugdiff\.toml is not TOML/);
  });

  test("each side's own file says what its app is for", () => {
    const change = pullRequest(file(`platform = "heroku-22"`), file(`platform = "heroku-24"\npython = "3.13"`));
    expect(targetOptionsOf(change, "base")).toMatchObject({ stack: "heroku-22", python: null });
    expect(targetOptionsOf(change, "head")).toMatchObject({ stack: "heroku-24", python: "3.13" });
    expect(change.notes).toEqual([]);
  });
});

describe("the configuration in the report", () => {
  test("stands as it is written, without credentials or places on this machine", () => {
    const reported = reportedConfig(
      config({
        options: {
          cache: false,
          "github-token": "ghs_x",
          comment: "never",
          "runtime-archive": "https://me:secret@example.org/python.tar.zst",
        },
        head: file(`max-increase = "2.5%"\nplatform = "heroku-26"\nallowance = "1536K"`),
      }),
      HEROKU,
    );
    expect(reported).toEqual({
      platform: "heroku-26",
      python: null,
      "advice-time": "60",
      cutoff: null,
      builds: "auto",
      "runtime-archive": "https://example.org/python.tar.zst",
      limit: "1000M",
      "warn-at": ["500M", "300M"],
      "max-increase": "2.5%",
      "noise-floor": "64K",
      allowance: "1536K",
    });
    expect(Object.keys(reported)[0]).toBe("platform");
  });

  test("every size in it reads back as the same size", () => {
    const written = reportedConfig(config({ options: { limit: 1_000_001, allowance: 3 * MIB } }), HEROKU);
    const again = fromFile(
      { pyproject: null, slugdiff: `limit = "${String(written.limit)}"\nallowance = "${String(written.allowance)}"` },
      ".",
    );
    expect(again.given).toEqual({ limit: 1_000_001, allowance: 3 * MIB });
  });
});
