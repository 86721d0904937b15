/** A stretch of a sentence, and whether it stood between backticks, which it is without. */
export interface Stretch {
  readonly isCode: boolean;
  readonly text: string;
}

/** A span ends at the next run of as many backticks; what has no end is no span. */
const SPAN = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;

/** A sentence of advice in stretches of text and of code, none of them empty. */
export function codeSpans(sentence: string): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const found of sentence.matchAll(SPAN)) {
    stretches.push({ isCode: false, text: sentence.slice(at, found.index) }, { isCode: true, text: found[2] ?? "" });
    at = found.index + found[0].length;
  }
  stretches.push({ isCode: false, text: sentence.slice(at) });
  return stretches.filter(({ text }) => text !== "");
}
