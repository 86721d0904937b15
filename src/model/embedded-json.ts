/**
 * JSON as it can stand in a `<script>` element: nothing in it ends the element, starts a comment, or ends a line of JavaScript
 * (HTML standard, "Restrictions for contents of script elements"). Parses to the same value.
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Bytes that the value takes in a page. */
export function embeddedBytes(value: unknown): number {
  return Buffer.byteLength(embeddedJson(value));
}
