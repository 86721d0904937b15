import { size as wholeSize } from "../render/figures.js";
import { visible } from "../render/visible.js";
import { button, countOf, h, outside, spans, type Content } from "./dom.js";
import { Figures } from "./figures.js";
import { nameOf, partsOf } from "./names.js";
import { lastOf, valueOf } from "./nodes.js";
import { rowsOf, sorted, type Column, type Row, type Sorting } from "./rows.js";
import { startOf, type Actions, type Facts, type State, type View } from "./state.js";

/** Rows that are shown at first, and that each wish for more adds. */
const FIRST = 40;
const MORE = 400;

/** A column as it is shown. */
interface Shown {
  readonly column: Column;
  readonly heading: string;
  readonly isFigure: boolean;
  readonly cell: (row: Row) => readonly Content[];
  /** Of the rows that are not shown one by one. */
  readonly rest: (rows: readonly Row[]) => string;
}

/** What fills the map, or what was searched for, as a table that can be sorted. */
export function tableView(facts: Facts, actions: Actions): View {
  const element = h("section", { class: "table", "aria-label": "The same as a table" });
  let state = startOf(facts);
  let rows: readonly Row[] = [];
  let sorting: Sorting = { column: "weight", isAscending: false };
  let most = FIRST;
  let lines: readonly HTMLTableRowElement[] = [];

  const sortBy = (column: Column): void => {
    const isAscending = sorting.column === column ? !sorting.isAscending : column === "name" || column === "needed by";
    sorting = { column, isAscending };
    draw();
    // The heading was made anew.
    element.querySelector<HTMLElement>(`[data-sorts="${column}"]`)?.focus();
  };

  const draw = (): void => {
    const inOrder = sorted(rows, sorting);
    const columns = columnsOf(facts, state, rows, actions);
    const isOneMore = inOrder.length === most + 1;
    const shown = isOneMore ? inOrder : inOrder.slice(0, most);
    const rest = inOrder.slice(shown.length);
    lines = shown.map((row) =>
      h(
        "tr",
        { role: "row" },
        ...columns.map(({ column, heading, isFigure, cell }) =>
          column === "name"
            ? h("th", { scope: "row", role: "rowheader" }, ...cell(row))
            : h(
                "td",
                { role: "cell", class: isFigure ? "figure" : null, "data-column": column, "data-label": heading },
                ...cell(row),
              ),
        ),
      ),
    );
    const restLine = h(
      "tr",
      { role: "row", class: "rest" },
      ...columns.map(({ column, heading, isFigure, rest: restOf }) =>
        h(
          column === "name" ? "th" : "td",
          {
            role: column === "name" ? "rowheader" : "cell",
            scope: column === "name" ? "row" : null,
            class: isFigure ? "figure" : null,
            "data-column": column,
            "data-label": heading,
          },
          restOf(rest),
        ),
      ),
    );
    const table = h(
      "table",
      // On a phone it is drawn as blocks, which browsers read as no table without the roles.
      { class: "parts stacks", role: "table" },
      h("caption", {}, ...captionOf(facts, state, rows)),
      h(
        "thead",
        { role: "rowgroup" },
        h("tr", { role: "row" }, ...columns.map((each) => headingCell(each, sorting, sortBy))),
      ),
      h("tbody", { role: "rowgroup" }, ...lines, rest.length > 0 ? restLine : null),
    );
    const more = button({ class: "more" }, showMore, `Show ${countOf(Math.min(MORE, rest.length), "more row")}`);
    element.replaceChildren(table, ...(rest.length > 0 ? [more] : []));
    markSelected(shown);
  };

  const showMore = (): void => {
    const first = most;
    most += MORE;
    draw();
    lines[first]?.querySelector("button")?.focus();
  };

  const markSelected = (shown: readonly Row[]): void => {
    const selected = state.selected === null ? null : lastOf(state.selected);
    lines.forEach((line, at) => {
      const isSelected = shown[at]?.node === selected;
      line.classList.toggle("selected", isSelected);
      line.querySelector("button")?.setAttribute("aria-pressed", String(isSelected));
      if (isSelected) keepInSight(line);
    });
  };

  return {
    element,
    render(now) {
      const isSame =
        lines.length > 0 && state.place === now.place && state.measure === now.measure && state.found === now.found;
      if (state.measure !== now.measure)
        sorting = { column: now.measure === "change" ? "change" : "weight", isAscending: false };
      state = now;
      if (!isSame) {
        rows = rowsOf(facts, state);
        most = FIRST;
        draw();
      } else markSelected(sorted(rows, sorting));
    },
  };
}

/** Scrolls within the table's own box only: the page stays where it is. */
function keepInSight(line: HTMLElement): void {
  const box = line.closest(".table");
  if (box === null || box.scrollHeight <= box.clientHeight) return;
  const [inner, outer] = [line.getBoundingClientRect(), box.getBoundingClientRect()];
  const heading = line.closest("table")?.tHead?.getBoundingClientRect().height ?? 0;
  if (inner.top < outer.top + heading) box.scrollTop += inner.top - outer.top - heading;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}

function captionOf(facts: Facts, { found, query, place, measure }: State, rows: readonly Row[]): Content[] {
  const nodes = rows.map(({ node }) => node);
  const figures = new Figures(nodes, (node) => valueOf(node, measure, facts.side));
  const amount = measure === "change" ? figures.deltas(nodes) : figures.sizes(nodes);
  if (found !== null) {
    return ["Found for “", outside(query, 60), `”: ${countOf(rows.length, "match", "matches")}, ${amount}`];
  }
  const at = lastOf(place);
  return [outside(nameOf(at), 80), `: ${partsOf({ ...at, children: nodes })}, ${amount}`];
}

function headingCell(
  { column, heading, isFigure }: Shown,
  sorting: Sorting,
  sortBy: (column: Column) => void,
): HTMLElement {
  const isSorted = sorting.column === column;
  const direction = sorting.isAscending ? "ascending" : "descending";
  return h(
    "th",
    { scope: "col", role: "columnheader", class: isFigure ? "figure" : null, "aria-sort": isSorted ? direction : null },
    button(
      { "data-sorts": column },
      () => {
        sortBy(column);
      },
      heading,
      h("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? (sorting.isAscending ? "↑" : "↓") : ""),
    ),
  );
}

function columnsOf(facts: Facts, state: State, rows: readonly Row[], actions: Actions): Shown[] {
  const nodes = rows.map(({ node }) => node);
  const byNode = new Map(rows.map((row) => [row.node, row]));
  const weights = new Figures(nodes, (node) => byNode.get(node)?.bytes ?? 0);
  const deltas = new Figures(nodes, (node) => byNode.get(node)?.delta ?? 0);
  const hasLayers = rows.some(({ layer }) => layer !== null);
  const columns: (Shown | null)[] = [
    {
      column: "name",
      heading: hasLayers ? "Name, and why it is there" : "Name and path",
      isFigure: false,
      cell: (row) => nameCell(row, actions),
      rest: (rest) => countOf(rest.length, "other"),
    },
    {
      column: "weight",
      heading: state.measure === "disk" ? "On disk" : "Compressed",
      isFigure: true,
      cell: ({ node }) => [node[facts.side] === null ? "" : weights.size(node)],
      rest: (rest) => weights.sizes(rest.map(({ node }) => node)),
    },
    facts.compared
      ? {
          column: "change",
          heading: "Change",
          isFigure: true,
          cell: ({ node, delta }) => [delta === 0 ? "" : deltas.delta(node)],
          rest: (rest) => deltas.deltas(rest.map(({ node }) => node)),
        }
      : null,
    hasLayers
      ? {
          column: "retained",
          heading: "Retained",
          isFigure: true,
          cell: ({ node, bytes, retained }) => [
            // What nothing else leaves with is shown as the same figure, even where rounding moved that one.
            retained === null ? "" : retained === bytes ? weights.size(node) : wholeSize(retained),
          ],
          rest: () => "",
        }
      : null,
    hasLayers
      ? {
          column: "needed by",
          heading: "Needed by",
          isFigure: false,
          cell: ({ neededBy }) => spans(neededBy),
          rest: () => "",
        }
      : null,
  ];
  return columns.filter((column) => column !== null);
}

function nameCell({ place, node, layer, path }: Row, actions: Actions): Content[] {
  const version = layer?.version ?? null;
  const hasParts = (node.children ?? []).length > 0;
  const zoom = button(
    { class: "zoom", "aria-label": `Zoom into ${visible(nameOf(node), 120)}`, title: "Zoom in" },
    () => {
      actions.zoom(place);
    },
    "⤢",
  );
  return [
    h(
      "span",
      { class: "what" },
      button(
        { class: "select" },
        () => {
          actions.reveal(place);
        },
        outside(nameOf(node), 200),
      ),
      hasParts ? zoom : null,
    ),
    h(
      "span",
      { class: "under" },
      ...(version === null ? [] : [outside(version, 40), " "]),
      // Of what the app asks for by itself the last column says where.
      ...(layer?.direct === true ? [] : spans(path)),
    ),
  ];
}
