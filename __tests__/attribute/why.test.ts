import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { origins } from "../../src/attribute/why.js";
import { anyGraph, graph, NAMES } from "../slugs.js";

describe("why a distribution is there", () => {
  test("one the app asks for has the line where it does", () => {
    const of = graph(["requirements.txt:12 xgboost"], ["xgboost nvidia-nccl-cu13"]);
    expect(origins(["xgboost", "nvidia-nccl-cu13"], of)).toEqual(
      new Map([
        ["xgboost", { direct: true, requiredBy: [], why: ["requirements.txt:12"] }],
        ["nvidia-nccl-cu13", { direct: false, requiredBy: ["xgboost"], why: ["requirements.txt:12", "xgboost"] }],
      ]),
    );
  });

  test("the fewest hops win over the earlier line", () => {
    const of = graph(["base.in:1 far", "base.in:2 near"], ["far between", "between numpy", "near numpy"]);
    expect(origins(["numpy"], of).get("numpy")).toEqual({
      direct: false,
      requiredBy: ["between", "near"],
      why: ["base.in:2", "near"],
    });
  });

  test("among equals the earlier line wins, then the name", () => {
    const of = graph(
      ["requirements.txt:1 z", "requirements.txt:2 a"],
      ["a numpy", "z n2", "z n1", "n2 x", "n1 x", "z numpy"],
    );
    expect(origins(["numpy"], of).get("numpy")?.why).toEqual(["requirements.txt:1", "z"]);
    expect(origins(["x"], of).get("x")?.why).toEqual(["requirements.txt:1", "z", "n1"]);
  });

  test("one that is asked for twice, or without a line, or by nobody", () => {
    const of = graph(["Pipfile a", "requirements.txt:1 b", "dev.txt:4 b"], ["a b", "b b", "b a"]);
    expect(origins(["a", "b", "pip"], of)).toEqual(
      new Map([
        ["a", { direct: true, requiredBy: ["b"], why: ["Pipfile"] }],
        ["b", { direct: true, requiredBy: ["a"], why: ["requirements.txt:1"] }],
        ["pip", { direct: false, requiredBy: [], why: [] }],
      ]),
    );
  });

  test("every explanation is a chain of requirements that really is there, and no name stands twice in it", () => {
    fc.assert(
      fc.property(anyGraph, (of) => {
        for (const [name, { why }] of origins(NAMES, of)) {
          if (why.length === 0) continue;
          const [place = "", ...between] = why;
          const chain = [...between, name];
          expect(new Set(chain).size).toBe(chain.length);
          const line = Number(place.split(":")[1]);
          expect(of.direct.some((direct) => direct.location.line === line && direct.name === chain[0])).toBe(true);
          chain.slice(1).forEach((to, at) => {
            expect(of.edges).toContainEqual({ from: chain[at], to });
          });
        }
      }),
    );
  });
});
