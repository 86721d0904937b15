import type { Weight } from "../model/weight.js";
import { size, sizeBefore } from "../render/figures.js";
import { whyOf } from "../render/tables.js";
import { countOf, h, outside, spans, tableWith, type Column, type Content } from "./dom.js";
import { nameButton } from "./details.js";
import { swatch } from "./legend.js";
import type { Requirement } from "./requirements.js";
import type { Actions, Facts, View } from "./state.js";

/** Names of what a requirement brings; the panel has more of them. */
const NAMED = 3;

const COLUMNS: readonly Column[] = [
  { heading: ["Requirement"], isFigure: false },
  { heading: ["With what only it brings"], isFigure: true },
  { heading: ["Left without it"], isFigure: true },
  { heading: ["It brings along"], isFigure: false },
];

/** The heaviest requirements: what each brings, and what would be left without it. Null if there are none. */
export function broughtView(facts: Facts, actions: Actions): View | null {
  const { report, side, requirements } = facts;
  const shown = report[side];
  if (shown.state !== "weighed" || requirements.length === 0) return null;
  const rows = requirements.map((requirement, at) => {
    const name = nameButton(facts, actions, requirement.layer.name);
    return rowOf(requirement, shown.total, [swatch(`tile requirement-${at + 1}`), name]);
  });
  const heading = h("h3", { id: "brought" }, "What each requirement brings");
  const table = tableWith({ columns: COLUMNS, rows }, heading);
  return {
    element: h("section", { class: "brought", "aria-labelledby": "brought" }, heading, table),
    render({ measure }) {
      // The map's colours mean something else then.
      table.classList.toggle("colourless", measure === "change");
    },
  };
}

function rowOf(requirement: Requirement, total: Weight, name: readonly Content[]): (readonly Content[])[] {
  const { retained, version, kind, why } = requirement.layer;
  return [
    [
      h(
        "span",
        { class: "named" },
        h("span", { class: "what" }, ...name),
        h(
          "span",
          { class: "under" },
          ...(version === null ? [] : [outside(version, 40), " "]),
          ...spans(whyOf(kind, why.slice(0, 1))),
        ),
      ),
    ],
    [h("strong", {}, size(retained.compressed))],
    [sizeBefore(total.compressed, retained.compressed)],
    along(requirement),
  ];
}

/** `libclang, grpcio, h5py and 18 others` */
function along({ brought }: Requirement): Content[] {
  if (brought.length === 0) return ["nothing else"];
  const some = brought.length === NAMED + 1 ? brought : brought.slice(0, NAMED);
  const others = brought.length - some.length;
  return [
    ...some.flatMap(({ name }, at) => [at === 0 ? "" : ", ", outside(name, 60)]),
    others > 0 ? ` and ${countOf(others, "other")}` : "",
  ];
}
