import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { MapNode } from "../../src/model/size-map.js";
import { renderHtml } from "../../src/render/html.js";
import { dataIn } from "./page.js";
import { makeLayer, makeReport, makeSide, verdict } from "./make-report.js";

const TEMPLATE =
  '<title>{{title}}</title><script type="application/json">{{data}}</script><script>page({{other}})</script>';
const MAP: MapNode = { kind: "slug", name: "", base: null, head: null, children: [] };

function about(app: string, name = "torch") {
  const head = makeSide([makeLayer(name, 40)]);
  return { report: makeReport(makeSide([]), head, { app }), map: { ...MAP, name } };
}

test("the data is read back as it was, and nothing in it is markup or a placeholder", () => {
  const hostile = fc.string({ unit: "binary" });
  const any = fc.oneof(
    hostile,
    fc.constantFrom(
      "</script>",
      "</SCRIPT >",
      "<!--<script>",
      "]]>",
      "\u2028\u2029",
      "{{title}}",
      "{{data}}",
      "$&$1$`",
      "\u202e",
      "\ud800",
      "&lt;",
    ),
  );
  fc.assert(
    fc.property(any, any, (app, name) => {
      const { report, map } = about(app, name);
      const html = renderHtml([{ report, map }], TEMPLATE);
      const [read] = dataIn(html).apps;
      expect(read).toMatchObject({ report: { app, verdict: report.verdict }, map });
      expect(html.match(/</g)).toHaveLength(6);
      expect(html).not.toMatch(/[\u2028\u2029]/);
      expect(html).toContain("<script>page({{other}})</script>");
    }),
  );
});

test("the title says what the report's first line says", () => {
  expect(renderHtml([about("a<b>&c")], TEMPLATE)).toMatch(/^<title>Slug of a&lt;b>&amp;c \+40\.0 MiB: .*<\/title>/);
  expect(renderHtml([about("one"), about("two")], TEMPLATE)).toMatch(/^<title>2 slugs \+80\.0 MiB: /);
});

test("of several apps the worst comes first", () => {
  const head = makeSide([makeLayer("torch", 40)]);
  const red = {
    report: makeReport(makeSide([]), head, { app: "z", verdict: verdict("limit", "fail", head, 20) }),
    map: MAP,
  };
  expect(dataIn(renderHtml([about("a"), red], TEMPLATE)).apps.map(({ report }) => report.app)).toEqual(["z", "a"]);
});
