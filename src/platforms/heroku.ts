import { MIB } from "../model/bytes.js";
import type { StackName } from "../model/target.js";

/** A stack that builds slugs, for x86-64. */
export interface Stack {
  readonly name: StackName;
  /** Ubuntu release: `24.04`. */
  readonly ubuntu: string;
  /** Version of the stack's C library, which decides what wheels run: `2.39`. */
  readonly glibc: string;
  /** What uv's `--python-platform` is given. */
  readonly uvPlatform: string;
  /** Minor of the newest manylinux tag taken: that of `uvPlatform`, so that all tools agree on what is usable. */
  readonly manylinuxMinor: number;
  /** One sentence for the report where the weighing is not quite the stack's; null elsewhere. */
  readonly note: string | null;
}

/** What Heroku the platform sets, as opposed to its Python buildpack. Sizes in bytes of the compressed slug. */
interface Heroku {
  /** Builds over it fail. 1 GB since March 2026 (heroku.com/blog/bigger-slugs-and-greater-build-timeout-flexibility). */
  readonly limit: number;
  /** 500M was the limit before; above 300M builds print a warning (devcenter.heroku.com/articles/slug-size). */
  readonly warnAt: readonly number[];
  readonly defaultStack: StackName;
  readonly stacks: Readonly<Record<StackName, Stack>>;
}

export const HEROKU: Heroku = {
  limit: 1000 * MIB,
  warnAt: [500 * MIB, 300 * MIB],
  defaultStack: "heroku-24",
  stacks: {
    "heroku-22": {
      name: "heroku-22",
      ubuntu: "22.04",
      glibc: "2.35",
      uvPlatform: "x86_64-manylinux_2_35",
      manylinuxMinor: 35,
      note: null,
    },
    "heroku-24": {
      name: "heroku-24",
      ubuntu: "24.04",
      glibc: "2.39",
      uvPlatform: "x86_64-manylinux_2_39",
      manylinuxMinor: 39,
      note: null,
    },
    "heroku-26": {
      name: "heroku-26",
      ubuntu: "26.04",
      glibc: "2.43",
      uvPlatform: "x86_64-manylinux_2_40",
      manylinuxMinor: 40,
      note: "heroku-26 has glibc 2.43; uv can be told 2.40 at most, so wheels for 2.41 to 2.43 are not considered.",
    },
  },
};

/** The names that manylinux tags had before PEP 600 numbered them by glibc's minor version. */
const OLD_NAMES: Readonly<Record<number, string>> = { 17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1" };

/**
 * Platform tags of the wheels that a stack takes, best first, as PyPA's `packaging` orders them: each glibc minor
 * from the stack's down to 2.5 (the oldest there is for x86-64), old names beside the new, then plain Linux.
 */
export function platformTags(stack: StackName): string[] {
  const tags: string[] = [];
  for (let minor = HEROKU.stacks[stack].manylinuxMinor; minor >= 5; minor--) {
    tags.push(`manylinux_2_${minor}_x86_64`);
    const old = OLD_NAMES[minor];
    if (old !== undefined) tags.push(`${old}_x86_64`);
  }
  return [...tags, "linux_x86_64"];
}
