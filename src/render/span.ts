/**
 * A piece of a sentence or a cell, with where it comes from: each reporter escapes and marks it in its own way.
 * `own` is written by us; everything else comes from outside.
 */
export interface Span {
  readonly as: "own" | "strong" | "name" | "version" | "code" | "prose" | "sentences";
  readonly text: string;
}

export type Spans = readonly Span[];

export const own = (text: string): Span => ({ as: "own", text });
/** Written by us, and what the eye should land on. */
export const strong = (text: string): Span => ({ as: "strong", text });
export const name = (text: string): Span => ({ as: "name", text });
export const version = (text: string): Span => ({ as: "version", text });
export const code = (text: string): Span => ({ as: "code", text });
/** Sentences in which backticks make code spans. */
export const sentences = (text: string): Span => ({ as: "sentences", text });
export const prose = (text: string): Span => ({ as: "prose", text });

/** The pieces with `separator` between them. */
export function joined(pieces: readonly Spans[], separator: string): Spans {
  return pieces.flatMap((piece, at) => (at === 0 ? piece : [own(separator), ...piece]));
}

/** Columns with a heading each; figures are aligned to the right. */
export interface Table {
  readonly columns: readonly { readonly heading: Spans; readonly figures: boolean }[];
  readonly rows: readonly (readonly Spans[])[];
}
