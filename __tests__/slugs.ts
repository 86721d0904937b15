import fc from "fast-check";
import { assemble, type Part } from "../src/attribute/assemble.js";
import type { WeighedLayer } from "../src/model/distribution.js";
import { entryWeight, type Entry } from "../src/model/layer.js";
import type { DirectRequirement, Edge } from "../src/model/resolution.js";
import type { DependencyGraph, Side, Slug } from "../src/model/slug.js";
import { sitePackages } from "../src/model/target.js";
import { inTarOrder } from "../src/model/tree.js";
import { sum } from "../src/model/weight.js";

/** A file of one compressed byte, or of as many as are said. */
export function file(path: string, compressed = 1, disk = compressed * 3): Entry {
  return { path, kind: "file", disk, compressed };
}

export function directory(path: string, compressed = 1): Entry {
  return { path, kind: "directory", disk: 0, compressed };
}

/** The files, and the directories that hold them, in tar order. */
export function tree(files: readonly Entry[]): Entry[] {
  const paths = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) paths.add(path.slice(0, at));
  }
  return inTarOrder([...files, ...[...paths].map((path) => directory(path))]);
}

export function weighed(entries: readonly Entry[], more: Partial<WeighedLayer> = {}): WeighedLayer {
  return {
    version: "1.0",
    measure: "measured",
    weight: sum(entries.map(entryWeight)),
    error: 0,
    entries,
    unclaimed: [],
    metadata: { requires: [], extras: [] },
    ...more,
  };
}

export function part(kind: Part["kind"], name: string, entries: readonly Entry[], more?: Partial<WeighedLayer>): Part {
  return { kind, name, weighed: weighed(entries, more) };
}

/** `graph(["app.in:1 a"], ["a b"])`: line 1 of app.in asks for a, which requires b. */
export function graph(direct: readonly string[], edges: readonly string[]): DependencyGraph {
  return {
    direct: direct.map((text): DirectRequirement => {
      const [place = "", name = ""] = text.split(" ");
      const [path = "", line] = place.split(":");
      return { name, extras: [], location: { file: path, line: line === undefined ? null : Number(line) } };
    }),
    edges: edges.map((text): Edge => {
      const [from = "", to = ""] = text.split(" ");
      return { from, to };
    }),
  };
}

export function slug(parts: readonly Part[], dependencies: DependencyGraph = graph([], [])): Slug {
  return {
    stack: "heroku-24",
    python: "3.12.14",
    pythonFrom: ".python-version",
    packageManager: "pip",
    ...assemble(parts, []),
    graph: dependencies,
  };
}

/** A slug of a runtime that is estimated to within `error`, and as large as is said. */
export function slugOf(compressed: number, error = 0): Slug {
  return slug([part("runtime", "python", [file("python", compressed)], { error, measure: "estimated" })]);
}

export function weighedSide(of: Slug, ref = "main"): Side {
  return { state: "weighed", slug: of, revision: { ref, sha: "0".repeat(40) }, notWeighed: [], notes: [] };
}

export function absentSide(ref: string | null): Side {
  return { state: "absent", revision: ref === null ? null : { ref, sha: "1".repeat(40) } };
}

export function brokenSide(state: "invalid" | "unweighable" = "invalid"): Side {
  const problem = { step: "manifest", message: "Two manifests.", hint: "Remove one.", details: ["a", "b"] } as const;
  return { state, revision: { ref: "broken", sha: "2".repeat(40) }, problem };
}

/** Names few enough that paths and requirements often meet. */
export const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** Dependency graphs over NAMES, with cycles, names that nothing leads to, and names that are not there. */
export const anyGraph: fc.Arbitrary<DependencyGraph> = fc
  .record({
    direct: fc.array(fc.constantFrom(...NAMES), { maxLength: 4 }),
    edges: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES, "missing")), { maxLength: 24 }),
  })
  .map(({ direct, edges }) =>
    graph(
      direct.map((name, at) => `requirements.txt:${at + 1} ${name}`),
      edges.map(([from, to]) => `${from} ${to}`),
    ),
  );

const anyPath = fc
  .tuple(
    fc.constantFrom("", "", `${sitePackages("3.12")}/`),
    fc.array(fc.constantFrom("x", "y", "z-", "z"), { minLength: 1, maxLength: 3 }),
  )
  .map(([folder, at]) => folder + at.join("/"));

/** Files that lie about in one tree: none is another's directory. */
const anyFiles = fc
  .uniqueArray(fc.tuple(anyPath, fc.nat(99), fc.nat(300)), { selector: ([path]) => path, maxLength: 8 })
  .map((files) => files.map(([path, compressed, disk]) => file(`${path}.py`, compressed, disk)));

/** What goes into one slug: layers that claim one another's files and leave some behind. */
export const anyParts: fc.Arbitrary<readonly Part[]> = fc
  .uniqueArray(
    fc.constantFrom("app:app", "runtime:python", "tool:pip", "tool:a", ...NAMES.map((n) => `distribution:${n}`)),
  )
  .chain((owners) =>
    fc.tuple(
      ...owners.map((owner) =>
        fc.record({
          files: anyFiles,
          left: anyFiles,
          version: fc.constantFrom("1.0", "2.0"),
          error: fc.constantFrom(0, 0, 7),
          owner: fc.constant(owner),
        }),
      ),
    ),
  )
  .map((parts) =>
    parts.map(({ owner, files, left, version, error }) => {
      const [kind = "", name = ""] = owner.split(":");
      const own = new Set(files.map(({ path }) => path));
      const unclaimed = tree(left.filter(({ path }) => !own.has(path)));
      return part(kind as Part["kind"], name, tree(files), { version, error, unclaimed });
    }),
  );

export const anySlug: fc.Arbitrary<Slug> = fc.tuple(anyParts, anyGraph).map(([parts, of]) => slug(parts, of));
