import { embeddedJson } from "../model/embedded-json.js";
import { PLACEHOLDERS, type PageApp, type PageData } from "../model/page-data.js";
import { pageApp } from "../report/page-report.js";
import { titleOf } from "./gathered.js";
import { membersOf } from "./totals.js";

/**
 * The page about one or several apps as one HTML file that asks for nothing else. What comes from outside is text in it, whatever
 * it holds.
 * @param apps their whole reports and their maps, in any order
 * @param template has each of `PLACEHOLDERS` once
 */
export function renderHtml(apps: readonly PageApp[], template: string): string {
  const filled: Readonly<Record<string, string>> = {
    [PLACEHOLDERS.title]: escaped(titleOf(apps.map(({ report }) => report))),
    [PLACEHOLDERS.data]: embeddedJson(pageData(apps)),
  };
  return template.replace(/\{\{\w+\}\}/g, (place) => filled[place] ?? place);
}

/** The data of the page: what it has room for, in the order in which it is read. */
function pageData(apps: readonly PageApp[]): PageData {
  const maps = new Map(apps.map(({ report, map }) => [report, map]));
  const inOrder = membersOf([...maps.keys()]);
  return {
    apps: inOrder.flatMap(({ report }) => {
      const map = maps.get(report);
      return map === undefined ? [] : [pageApp({ report, map }, apps.length)];
    }),
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
