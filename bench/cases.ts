import { rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { changed, pinned, repositoryOf, type App, type Branch, type Change } from "./apps.js";
import { countsOf, type Counts } from "./counts.js";
import { CUTOFF, TARGET, type Lab, type Run, type Took } from "./lab.js";

/** What one measurement gave. Of floors only the first part is known. */
export type Sample = Pick<Took, "status" | "wall" | "cpu" | "tree"> & {
  readonly own?: number;
  readonly requests?: number;
  readonly downloaded?: number;
  readonly compressed?: number;
  /** What was started when: seconds, and the beginning of the command line. */
  readonly timeline?: readonly string[];
} & Partial<Counts>;

/** Something to be measured, again and again. */
export interface Case {
  readonly name: string;
  /** The program in some situation, what the others do, or the least that it takes. */
  readonly kind: "floor" | "plain" | "product";
  /** Too long to be repeated. */
  readonly once?: boolean;
  readonly run: () => Promise<Sample>;
}

export const CASE_NAMES = [
  ...["node", "resolution", "install", "pigz", "install-small", "install-largest", "pigz-largest"],
  ...[
    "plain",
    "cold",
    "cold-download",
    "unchanged",
    "app-file",
    "uv-lock",
    "uv-lock-offline",
    "hashes",
    "hashes-offline",
  ],
  ...["small", "largest"],
] as const;
export type CaseName = (typeof CASE_NAMES)[number];

/** No network, and nothing that uv remembers of an earlier one: the state of a fresh machine that was given the store. */
const CUT_OFF = { offline: true, empty: true } as const;

/** All cases of an app, in the order in which they are run in every round. What they need is downloaded before. */
export async function casesOf(app: App, lab: Lab, chosen: ReadonlySet<string>): Promise<Case[]> {
  const { requirements, small, largest } = app;
  const repository = await repositoryOf(app, lab);
  const install = installer(lab);
  const base = await pinned(requirements, lab);
  for (const change of [small, largest]) drop(await install(await pinned(changed(requirements, change), lab)));
  drop(await install(base));

  // One store that knows the base, in all its forms, and another that knows both sides of a change of a source file too.
  const known = lab.newCache();
  const warm = (branch: Branch, head: Branch, cache: string): Promise<Run> =>
    lab.compare({ repository, base: branch, head, cache });
  const mains = ["main", "uv", "hashed"] as const;
  for (const branch of mains) requireSuccess(await warm(branch, branch, known));
  const both = lab.newCache(known);
  for (const branch of mains)
    requireSuccess(await warm(branch, branch === "main" ? "app-file" : `${branch}-app-file`, both));

  const product = (
    head: Branch,
    like: string | undefined,
    rest: { from?: Branch; offline?: boolean; empty?: boolean } = {},
  ) => {
    return async (): Promise<Sample> => {
      const { from = "main", offline = false, empty = false } = rest;
      const cache = lab.newCache(like);
      const uvCache = empty ? { uvCache: lab.directory("empty-uv-cache") } : {};
      try {
        return sampleOf(await lab.compare({ repository, base: from, head, cache, offline, ...uvCache }));
      } finally {
        rmSync(cache, { recursive: true });
        if (uvCache.uvCache !== undefined) rmSync(uvCache.uvCache, { recursive: true });
      }
    };
  };
  const floor = (command: string, ...args: string[]) => {
    return async (): Promise<Sample> => {
      const { took, stderr } = await lab.measure(command, args);
      if (took.status !== 0) throw new Error(stderr);
      return took;
    };
  };
  const installed = (text: string) => async (): Promise<Sample> => {
    const { took, prefix } = await install(text);
    rmSync(prefix, { recursive: true });
    return took;
  };
  const packed = (text: string) => async (): Promise<Sample> => {
    const { prefix } = await install(text);
    const script = 'tar --sort=name -c -C "$1" . | pigz -6 | wc -c';
    const pack = floor("bash", "-o", "pipefail", "-c", script, "pack", prefix);
    return pack().finally(() => {
      rmSync(prefix, { recursive: true });
    });
  };
  const alone = ({ name, to }: Change): string => `${name}==${to}\n`;
  const list = join(lab.directory("floor"), "requirements.txt");
  writeFileSync(list, requirements);

  const cases: Record<CaseName, Omit<Case, "name">> = {
    node: { kind: "floor", run: floor(process.execPath, "-e", "0") },
    resolution: {
      kind: "floor",
      run: floor(
        ...([lab.uv, "pip", "compile", list, ...TARGET, "--python", lab.python.path] as const),
        ...[
          "--exclude-newer",
          CUTOFF,
          "--format",
          "pylock.toml",
          "--quiet",
          "--output-file",
          join(list, "../pylock.toml"),
        ],
      ),
    },
    install: { kind: "floor", run: installed(base) },
    pigz: { kind: "floor", run: packed(base) },
    "install-small": { kind: "floor", run: installed(alone(small)) },
    "install-largest": { kind: "floor", run: installed(alone(largest)) },
    "pigz-largest": { kind: "floor", run: packed(alone(largest)) },
    plain: {
      kind: "plain",
      once: true,
      run: floor(fileURLToPath(new URL("plain.sh", import.meta.url)), repository, "main", "small", lab.python.path),
    },
    cold: { kind: "product", run: product("small", undefined) },
    "cold-download": { kind: "product", once: true, run: product("small", undefined, { empty: true }) },
    unchanged: { kind: "product", run: product("app-file", both) },
    "app-file": { kind: "product", run: product("app-file", known) },
    "uv-lock": { kind: "product", run: product("uv-app-file", both, { from: "uv" }) },
    "uv-lock-offline": { kind: "product", run: product("uv-app-file", both, { from: "uv", ...CUT_OFF }) },
    hashes: { kind: "product", run: product("hashed-app-file", both, { from: "hashed" }) },
    "hashes-offline": { kind: "product", run: product("hashed-app-file", both, { from: "hashed", ...CUT_OFF }) },
    small: { kind: "product", run: product("small", known) },
    largest: { kind: "product", run: product("largest", known) },
  };
  return CASE_NAMES.filter((name) => chosen.has(name)).map((name) => ({ name, ...cases[name] }));
}

/** Installs pinned requirements into a directory of their own, compiled, as the program does but for its care. */
function installer(lab: Lab): (text: string) => Promise<{ took: Took; prefix: string }> {
  return async (text) => {
    const prefix = lab.directory("prefix");
    const list = join(lab.directory("floor"), "requirements.txt");
    writeFileSync(list, text);
    const { took, stderr } = await lab.measure(lab.uv, [
      ...["pip", "install", "--requirements", list, "--no-deps", "--prefix", prefix, "--link-mode", "hardlink"],
      ...["--compile-bytecode", "--quiet", "--python", lab.python.path, ...TARGET],
    ]);
    if (took.status !== 0) throw new Error(stderr);
    return { took, prefix };
  };
}

function drop({ prefix }: { readonly prefix: string }): void {
  rmSync(prefix, { recursive: true });
}

function requireSuccess({ status, stderr }: Run): void {
  if (status !== 0 && status !== 1) throw new Error(stderr);
}

function sampleOf(run: Run): Sample {
  const { status, wall, cpu, tree, own, requests, bytes, compressed } = run;
  // A verdict against the pull request is a result.
  const answered = status === 1 ? 0 : status;
  const timeline = run.children.map(({ after, file, args }) => {
    const words = args.filter((word) => word.length < 80 && !word.includes("\n"));
    return `${after.toFixed(3)} ${[basename(file), ...words].join(" ").slice(0, 120)}`;
  });
  return {
    status: answered,
    wall,
    cpu,
    tree,
    own,
    requests,
    downloaded: bytes,
    compressed,
    ...countsOf(run),
    timeline,
  };
}
