import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareBytes } from "../src/model/byte-order.js";

test("strings are in the order of their UTF-8 bytes, beyond the basic plane too", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom("a", "é", "\ue000", "\uffff", "\u{10000}", "😀"),
      fc.string({ unit: "grapheme", maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
