const UNITS: Readonly<Record<string, number>> = { MiB: 10 * 1024 * 1024, KiB: 10 * 1024, B: 10 };

/** Tables of a Markdown text, as cells of their rows; cells are split as GitHub does, at bars without a backslash. */
export function tablesIn(markdown: string): string[][][] {
  const tables: string[][][] = [];
  let open = false;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) {
      open = false;
      continue;
    }
    if (!open) tables.push([]);
    open = true;
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    tables.at(-1)?.push(cells.map((cell) => cell.trim()));
  }
  // The heading and the line under it are not rows.
  return tables.map((rows) => rows.filter((_, at) => at !== 1));
}

/** Tenths of a byte of the first size in a text, so that sums are exact; NaN if there is none. */
export function sizeIn(text: string): number {
  const match = /([+\u2212]?)([\d,]+(?:\.\d)?) (MiB|KiB|B)\b/.exec(text);
  if (match === null) return Number.NaN;
  const tenths = Math.round(Number((match[2] ?? "").replaceAll(",", "")) * 10);
  return ((match[1] === "\u2212" ? -1 : 1) * tenths * (UNITS[match[3] ?? ""] ?? Number.NaN)) / 10;
}

/** The sizes of a column of a table, without its heading. */
export function column(table: readonly (readonly string[])[], at: number): number[] {
  return table.slice(1).map((row) => sizeIn(row[at] ?? ""));
}

export function total(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a + b, 0);
}
