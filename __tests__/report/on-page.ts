import type { PageApp } from "../../src/model/page-data.js";
import type { Side } from "../../src/model/slug.js";
import { mapFor, pageApp } from "../../src/report/page-report.js";
import { reportOf } from "./report-of.js";

/** What a page about so many apps says of one. */
export function onPage(base: Side, head: Side, apps = 1): PageApp {
  const report = reportOf(base, head);
  return pageApp({ report, map: mapFor({ report, base, head }, apps) }, apps);
}
