import type { Report } from "../model/report.js";
import { code, h, outside, type Content } from "./dom.js";

/** How this was measured, what was not, and what was set. */
export function footView(report: Report): HTMLElement {
  const { cutoff, head, platform, notWeighed, notes, config, tool } = report;
  const settings = Object.entries(config).filter(([, value]) => value !== null);
  return h(
    "footer",
    {},
    section(
      "Not weighed",
      notWeighed.map(({ what, why }) => [outside(what), ": ", outside(why)]),
    ),
    section(
      "Notes",
      notes.map((note) => [outside(note, 1000)]),
    ),
    h(
      "details",
      {},
      h("summary", {}, "How this was measured"),
      h(
        "p",
        {},
        `Resolved as of ${cutoff} for CPython `,
        outside(head.python ?? "of the app", 40),
        ` on ${platform}, installed, compiled, and compressed as one gzip'd tar. MiB are 1,048,576 bytes, as Heroku's M. ` +
          "Retained: what would leave the slug together with a distribution. A file's compressed size is its share of its layer. " +
          "What is shown in a table or in rectangles is rounded so that it sums to what it is a part of.",
      ),
      section(
        "Configuration in force",
        settings.map(([key, value]) => [
          outside(key),
          ": ",
          code(Array.isArray(value) ? value.join(", ") : (value ?? "")),
        ]),
      ),
    ),
    h("p", { class: "note" }, `${tool.name} `, outside(tool.version, 40)),
  );
}

function section(title: string, items: readonly (readonly Content[])[]): HTMLElement | null {
  if (items.length === 0) return null;
  return h(
    "details",
    {},
    h("summary", {}, `${title}: ${items.length.toLocaleString("en-US")}`),
    h("ul", {}, ...items.map((item) => h("li", {}, ...item))),
  );
}
