import type { Spread } from "./figures.js";

/** What one case came to. */
export interface Figures {
  readonly wall: Spread;
  readonly own: number | null;
  readonly firstWork: number | null;
  readonly requests: number | null;
  /** Exit statuses other than success. */
  readonly failures: number;
}

/** A figure that is to be kept below a limit. */
export interface Target {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

/** What is promised of an app, as far as it was measured. */
export function targetsOf(cases: Readonly<Record<string, Figures>>): Target[] {
  const wall = (name: string): number => {
    const figures = cases[name];
    return figures === undefined || figures.failures > 0 ? NaN : figures.wall.median;
  };
  const product = Object.values(cases).filter(({ own }) => own !== null);
  const most = (values: readonly (number | null)[]): number => Math.max(...values.map((value) => value ?? 0));
  const offline = ["uv-lock-offline", "hashes-offline"] as const;
  const targets: Target[] = [
    { what: "cold ÷ (install + pigz)", value: wall("cold") / (wall("install") + wall("pigz")), limit: 1.15, unit: "" },
    { what: "cold ÷ plain method", value: wall("cold") / wall("plain"), limit: 1, unit: "" },
    { what: "unchanged − resolution", value: wall("unchanged") - wall("resolution"), limit: 0.5, unit: "s" },
    { what: "app-file − resolution", value: wall("app-file") - wall("resolution"), limit: 0.5, unit: "s" },
    {
      what: "small − resolution − install-small",
      value: wall("small") - wall("resolution") - wall("install-small"),
      limit: 0.5,
      unit: "s",
    },
    {
      what: "largest − resolution − 1.15 × (install-largest + pigz-largest)",
      value: wall("largest") - wall("resolution") - 1.15 * (wall("install-largest") + wall("pigz-largest")),
      limit: 0.5,
      unit: "s",
    },
    ...offline.map((name) => ({ what: `${name}: wall`, value: wall(name), limit: 1, unit: "s" })),
    ...offline.map((name) => ({ what: `${name}: requests`, value: cases[name]?.requests ?? NaN, limit: 0, unit: "" })),
    { what: "own memory", value: most(product.map(({ own }) => own)) / 1e6, limit: 250, unit: "MB" },
    {
      what: "first useful work − node",
      value: most(product.map(({ firstWork }) => firstWork)) - wall("node"),
      limit: 0.3,
      unit: "s",
    },
    { what: "first useful work", value: most(product.map(({ firstWork }) => firstWork)), limit: 0.3, unit: "s" },
  ];
  const measured = product.length > 0;
  const failed = (what: string): boolean => offline.some((name) => what.startsWith(name) && cases[name] !== undefined);
  return targets.filter(({ what, value }) => (measured && !Number.isNaN(value)) || failed(what));
}
