import { embeddedJson } from "../model/embedded-json.js";
import { PLACEHOLDERS, type PageApp, type PageData } from "../model/page-data.js";
import { titleOf } from "./gathered.js";
import { membersOf } from "./totals.js";

/** The data of a page about one or several apps, which are put into the order in which they are read. */
export function pageData(apps: readonly PageApp[]): PageData {
  const byReport = new Map(apps.map((app) => [app.report, app]));
  return { apps: membersOf([...byReport.keys()]).flatMap(({ report }) => byReport.get(report) ?? []) };
}

/**
 * The page as one HTML file that asks for nothing else. What comes from outside is text in it, whatever it holds.
 * @param template has each of `PLACEHOLDERS` once
 */
export function renderHtml(data: PageData, template: string): string {
  const filled: Readonly<Record<string, string>> = {
    [PLACEHOLDERS.title]: escaped(titleOf(data.apps.map(({ report }) => report))),
    [PLACEHOLDERS.data]: embeddedJson(data),
  };
  return template.replace(/\{\{\w+\}\}/g, (place) => filled[place] ?? place);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
