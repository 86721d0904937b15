import type { PageData } from "../model/page-data.js";
import { headlineOf } from "../render/headline.js";
import { plain } from "../render/layout.js";
import { labelAmong } from "../render/totals.js";
import { appView } from "./app.js";
import { counted, h } from "./dom.js";
import { moodOf } from "./head.js";

/** The data that the page was made with, which is ours: the program that embeds it has checked it. */
function read(): PageData {
  return JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
}

/** Shows the first app, and lets the reader choose among several. */
function start({ apps }: PageData): void {
  const main = document.querySelector("main");
  const show = (at: number): void => {
    const app = apps[at];
    if (app !== undefined) main?.replaceChildren(appView(app));
  };
  if (apps.length > 1) main?.before(chooser(apps, show));
  show(0);
}

/** Each app by its name and what its heading says; which one is shown says the list itself. */
function chooser(apps: PageData["apps"], show: (at: number) => void): HTMLElement {
  const reports = apps.map(({ report }) => report);
  const options = reports.map((report, at) => {
    const { delta, says } = headlineOf(report);
    const called = plain(labelAmong(reports, report));
    return h("option", { value: at }, `${called} — ${moodOf(report)}: ${delta === null ? "" : `${delta}, `}${says}`);
  });
  const select = h("select", {}, ...options);
  select.addEventListener("change", () => {
    show(select.selectedIndex);
  });
  return h(
    "nav",
    { class: "chooser", "aria-label": "Apps" },
    h("label", {}, `App, one of ${counted(apps.length)}`, select),
  );
}

/** On paper nothing can be opened. */
function openForPrint(): void {
  let closed: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    closed.push(...document.querySelectorAll<HTMLDetailsElement>("details:not([open])"));
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
    closed = [];
  });
}

start(read());
openForPrint();
