/** Controls, invisible and direction-changing characters, and what is no character at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text from outside as one line in which every character can be seen: white space becomes a space, other controls
 * (escape sequences, bidirectional overrides, zero-width characters) their number, as in `{U+202E}`.
 * @param most characters; what is longer loses its middle
 */
export function visible(text: string, most = 300): string {
  // Nothing is shown of what lies beyond, so it need not be looked at.
  const cut = text.length > 8 * most ? text.slice(0, 4 * most) + text.slice(-4 * most) : text;
  return shorten(unveil(cut.replace(/\s+/g, " ").trim()), most);
}

/** As `visible`, but with its spaces as they are: for lines of a program's output, where indentation means something. */
export function visibleLine(text: string, most = 200): string {
  return shorten(unveil(text.slice(0, 4 * most).replaceAll("\t", "    ")), most).trimEnd();
}

function unveil(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `{U+${code.toString(16).toUpperCase().padStart(4, "0")}}`;
  });
}

/** The end of a path says more than its middle. */
function shorten(text: string, most: number): string {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const tail = Math.floor(most / 3);
  return `${characters.slice(0, most - tail - 1).join("")}…${characters.slice(-tail).join("")}`;
}
