import { gib, mib } from "../model/format.js";
import { layerKey } from "../model/layer.js";
import type { ReportLayer } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import type { Weight } from "../model/weight.js";
import { size as wholeSize, sizeBefore } from "../render/figures.js";
import { roundOne, roundRows, scaleFor, shown } from "../render/rounding.js";
import { labelOf, whyOf } from "../render/tables.js";
import { visible } from "../render/visible.js";
import { broughtBy } from "../render/why.js";
import { adviceAbout } from "./advice.js";
import { button, countOf, h, outside, spans, type Content } from "./dom.js";
import { CHANGES } from "./drawing.js";
import { Figures } from "./figures.js";
import { nameOf } from "./names.js";
import { bytesOf, changeOf, deltaOf, lastOf, layerNode, pathOf, type Place } from "./nodes.js";
import { startOf, type Actions, type Facts, type View } from "./state.js";

/** Rows of a list in the panel; the rest is one. */
const ROWS = 6;

/** What is known of what is selected: for a layer why it is there, what it brings, what would be left without it. */
export function detailsView(facts: Facts, actions: Actions): View {
  const element = h("section", { class: "details", "aria-label": "What is selected", tabindex: -1, hidden: true });
  let selected = startOf(facts).selected;
  return {
    element,
    render({ selected: now }) {
      if (now === selected) return;
      selected = now;
      element.hidden = now === null;
      element.replaceChildren(...(now === null ? [] : contentOf(facts, actions, now).filter((each) => each !== null)));
      element.scrollTop = 0;
    },
  };
}

function contentOf(facts: Facts, actions: Actions, place: Place): Content[] {
  const node = lastOf(place);
  const sides = node.key === undefined ? undefined : facts.layers.get(node.key);
  const layer = sides?.[facts.side] ?? null;
  const gone = layer === null ? (sides?.base ?? null) : null;
  return [
    heading(facts, actions, place, layer ?? gone),
    sizes(facts, node),
    ...(layer !== null
      ? layerParts(facts, actions, node, layer)
      : gone !== null
        ? [goneNote(gone)]
        : [whereIs(facts, actions, place)]),
  ];
}

function heading(facts: Facts, actions: Actions, place: Place, layer: ReportLayer | null): HTMLElement {
  const node = lastOf(place);
  const diff = facts.report.diff.layers.find((each) => layerKey(each) === node.key);
  const [from, to] = [diff?.fromVersion ?? null, diff?.toVersion ?? null];
  const version = from !== null && to !== null && from !== to ? `${from} → ${to}` : (layer?.version ?? null);
  const zoom = button(
    {},
    () => {
      actions.zoom(place);
    },
    "Zoom in",
  );
  const close = button(
    { "aria-label": "Clear the selection", class: "close" },
    () => {
      actions.select(null);
    },
    "✕",
  );
  return h(
    "header",
    {},
    h(
      "h3",
      {},
      outside(nameOf(node)),
      ...(version === null ? [] : [" ", h("span", { class: "version" }, outside(version, 100))]),
    ),
    h("span", { class: "buttons" }, (node.children ?? []).length > 0 ? zoom : null, close),
  );
}

/** Compressed, on disk and files, each with its change. */
function sizes({ side, compared }: Facts, node: MapNode): HTMLElement {
  const size = node[side] ?? [0, 0, 0];
  const files = (node.head?.[0] ?? 0) - (node.base?.[0] ?? 0);
  const change = (unit: "compressed" | "disk"): string | null => {
    const delta = deltaOf(node, unit);
    return compared && delta !== 0 ? new Figures([node], () => delta).delta(node) : null;
  };
  const state = changeOf(node);
  return figures([
    ["compressed", mib(size[2]), change("compressed")],
    ["on disk", gib(size[1]), change("disk")],
    [
      "files",
      size[0].toLocaleString("en-US"),
      compared && files !== 0 ? files.toLocaleString("en-US", { signDisplay: "always" }) : null,
    ],
    ...(compared && state !== "unchanged" ? [["change", CHANGES[state].word, null] as const] : []),
  ]);
}

function figures(rows: readonly (readonly [label: string, value: string, change: string | null])[]): HTMLElement {
  return h(
    "dl",
    { class: "figures" },
    ...rows.map(([label, value, change]) =>
      h(
        "div",
        {},
        h("dt", {}, label),
        h("dd", {}, value, change === null ? null : h("span", { class: "delta" }, change)),
      ),
    ),
  );
}

function layerParts(facts: Facts, actions: Actions, node: MapNode, layer: ReportLayer): Content[] {
  const { report, side } = facts;
  const shownSide = report[side];
  if (shownSide.state !== "weighed") return [];
  const why = whyOf(layer.kind, layer.why);
  const isDistribution = layer.kind === "distribution";
  const brought = isDistribution ? broughtBy(layer, shownSide) : [];
  return [
    part(
      "Why it is there",
      why.length === 0
        ? null
        : h("p", { class: "why" }, ...spans(why), " → ", h("strong", {}, ...spans(labelOf(layer)))),
    ),
    part("Needed by", layer.requiredBy.length === 0 ? null : names(facts, actions, layer.requiredBy)),
    isDistribution ? without(facts, actions, layer, brought, shownSide.total) : null,
    part("Largest files", largestFiles(facts, node)),
    part(
      "Advice",
      adviceAbout(report, ({ family, subject }) =>
        family === "files" ? layer.kind === "app" : isDistribution && subject === layer.name,
      ),
    ),
    measureNote(layer),
  ];
}

/** What the slug would be without it: what is left, and what it brings along. */
function without(
  facts: Facts,
  actions: Actions,
  { weight, retained }: ReportLayer,
  brought: ReturnType<typeof broughtBy>,
  total: Weight,
): HTMLElement {
  const left = total.compressed - retained.compressed;
  const room = facts.limit === null ? null : facts.limit - left;
  const limit =
    room === null ? "" : room < 0 ? `, still ${mib(-room)} over the limit` : `, ${mib(room)} below the limit`;
  return h(
    "div",
    { class: "part" },
    h("h4", { class: "answer" }, `Left without it: ${sizeBefore(total.compressed, retained.compressed)}`),
    h("p", {}, `of ${wholeSize(total.compressed)}: ${wholeSize(retained.compressed)} less${limit}.`),
    h("p", { class: "note" }, "Computed from what it retains, not measured. What requires it would have to go, too."),
    ...(retained.compressed > weight.compressed
      ? broughtList(facts, actions, brought, retained.compressed - weight.compressed)
      : [h("h4", { class: "answer" }, "It brings nothing else along")]),
  );
}

/** What leaves with it, besides itself: rows sum to what stands above them. */
function broughtList(
  facts: Facts,
  actions: Actions,
  brought: ReturnType<typeof broughtBy>,
  total: number,
): HTMLElement[] {
  const few = brought.length === ROWS + 1 ? brought : brought.slice(0, ROWS);
  const rest = total - few.reduce((sum, { compressed }) => sum + compressed, 0);
  const values = [...few.map(({ compressed }) => compressed), rest];
  const scale = scaleFor(total, values);
  const steps = roundRows(values, scale);
  const bar = (name: Content, at: number): HTMLElement =>
    barRow(name, shown(steps[at] ?? 0, scale), (values[at] ?? 0) / total);
  return [
    h("h4", { class: "answer" }, `It alone brings along ${shown(roundOne(total, scale), scale)}`),
    h(
      "ul",
      { class: "bars" },
      ...few.map(({ name }, at) => bar(nameButton(facts, actions, name), at)),
      rest > 0 ? bar(countOf(brought.length - few.length, "other"), few.length) : null,
    ),
  ];
}

/** Files of the layer that the map shows, the heaviest first. */
function largestFiles({ side }: Facts, layer: MapNode): HTMLElement | null {
  const bytes = (node: MapNode): number => bytesOf(node, "compressed", side);
  const files: { readonly path: string; readonly bytes: number }[] = [];
  const collect = (node: MapNode, path: string): void => {
    for (const child of node.children ?? []) {
      const at = `${path}${child.name}`;
      if (child.kind === "file" && bytes(child) > 0) files.push({ path: at, bytes: bytes(child) });
      collect(child, `${at}/`);
    }
  };
  collect(layer, "");
  if (files.length === 0) return null;
  const few = files.sort((a, b) => b.bytes - a.bytes).slice(0, ROWS);
  return h(
    "ul",
    { class: "bars" },
    ...few.map((file) =>
      barRow(h("code", {}, h("bdi", {}, visible(file.path, 200))), mib(file.bytes), file.bytes / bytes(layer)),
    ),
  );
}

function barRow(name: Content, size: string, share: number): HTMLElement {
  const bar = h("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${(share * 100).toFixed(2)}%`;
  return h("li", {}, h("span", { class: "what" }, name), h("span", { class: "size" }, size), bar);
}

/** Names of distributions that lead to them. */
function names(facts: Facts, actions: Actions, of: readonly string[]): HTMLElement {
  const some = of.length === ROWS + 1 ? of : of.slice(0, ROWS);
  const others = of.length - some.length;
  return h(
    "p",
    { class: "names" },
    ...some.flatMap((name) => [nameButton(facts, actions, name), " "]),
    others > 0 ? `and ${countOf(others, "other")}` : null,
  );
}

/** A distribution's name, which leads to what is known of it if the map shows it. */
export function nameButton(facts: Facts, actions: Actions, name: string): HTMLElement {
  const node = layerNode(facts.map, layerKey({ kind: "distribution", name }));
  if (node === undefined) return outside(name);
  return button(
    { class: "name" },
    () => {
      actions.look([facts.map, node]);
    },
    outside(name),
  );
}

function measureNote({ measure, error }: ReportLayer): HTMLElement | null {
  if (measure === "measured") return null;
  return h("p", { class: "note" }, measure === "built" ? "Built here from its source." : `Estimated, ± ${mib(error)}.`);
}

function goneNote({ name, kind, version, retained }: ReportLayer): HTMLElement {
  const called =
    version === null
      ? labelOf({ kind, name })
      : [...labelOf({ kind, name }), { as: "own" as const, text: " " }, { as: "version" as const, text: version }];
  return h("p", {}, ...spans(called), ` is in the base only: ${mib(retained.compressed)} left with it.`);
}

/** Where a folder, a file or a rest is. */
function whereIs(facts: Facts, actions: Actions, place: Place): HTMLElement | null {
  const layer = place.find(({ kind }) => kind === "layer");
  if (layer === undefined || layer === lastOf(place)) return null;
  const path = pathOf(place);
  const of = button(
    { class: "name" },
    () => {
      actions.look([facts.map, layer]);
    },
    outside(layer.name),
  );
  return h(
    "div",
    { class: "part" },
    h("h4", {}, "Where it is"),
    h("p", {}, of, path === "" ? null : " "),
    path === "" ? null : h("p", {}, h("code", {}, h("bdi", {}, visible(path, 4096)))),
  );
}

function part(title: string, content: HTMLElement | null): HTMLElement | null {
  return content === null ? null : h("div", { class: "part" }, h("h4", {}, title), content);
}
