import type { PageApp } from "../model/page-data.js";
import { broughtView } from "./brought.js";
import { controlsView } from "./controls.js";
import { detailsView, nameButton } from "./details.js";
import { h, outside } from "./dom.js";
import { footView } from "./foot.js";
import { headView } from "./head.js";
import { historyView } from "./history.js";
import { actionsOn, factsOf, startOf } from "./state.js";
import { tableView } from "./table.js";
import { treemapView } from "./treemap.js";

/** All about one app. */
export function appView(app: PageApp): HTMLElement {
  const { report } = app;
  // Of a head that could not be weighed the problem is all there is to show.
  const isMapped = report.head.problem === null && (app.map.base ?? app.map.head) !== null;
  const explorer = isMapped ? explorerOf(app) : null;
  return h(
    "div",
    { class: "app" },
    headView(report, explorer?.named ?? outside),
    explorer?.element ?? null,
    historyView(report),
    footView(report),
  );
}

interface Explorer {
  readonly element: HTMLElement;
  /** A distribution's name, which leads to what is known of it. */
  readonly named: (name: string) => HTMLElement;
}

/** The map, the table beside it, and what is known of what is selected in either. */
function explorerOf(app: PageApp): Explorer {
  const facts = factsOf(app);
  const actions = actionsOn(
    facts,
    (state) => {
      for (const view of views) view.render(state);
    },
    () => {
      details.element.focus();
    },
  );
  const brought = broughtView(facts, actions);
  const [controls, map] = [controlsView(facts, actions), treemapView(facts, actions)];
  const [details, table] = [detailsView(facts, actions), tableView(facts, actions)];
  const views = [...(brought === null ? [] : [brought]), controls, map, details, table];
  for (const view of views) view.render(startOf(facts));
  const element = h(
    "section",
    { class: "explorer", "aria-labelledby": "explorer" },
    h("h2", { id: "explorer" }, facts.side === "head" ? "What is in the slug" : "What was in the slug: its base"),
    brought?.element ?? null,
    controls.element,
    map.element,
    h("div", { class: "beside" }, details.element, table.element),
  );
  return { element, named: (name) => nameButton(facts, actions, name) };
}
