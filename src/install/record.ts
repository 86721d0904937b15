import { createHash } from "node:crypto";

/** One row of a `RECORD` (the binary distribution format's list of installed files). */
export interface RecordRow {
  /** As written: relative to the directory that holds the `*.dist-info`. */
  readonly path: string;
  /** `sha256=` and unpadded base64url, or empty. */
  readonly hash: string;
  /** Bytes; null if not given. */
  readonly size: number | null;
}

/** Reads a `RECORD`: CSV with quotes as in RFC 4180, one row for each file. Empty lines are skipped. */
export function parseRecord(text: string): RecordRow[] {
  return parseCsv(text).flatMap(([path, hash, size]) =>
    path === undefined || path === ""
      ? []
      : [{ path, hash: hash ?? "", size: size === undefined || !/^\d+$/.test(size) ? null : Number(size) }],
  );
}

/** Writes a `RECORD` in the order of the rows, as uv and pip do. */
export function formatRecord(rows: readonly RecordRow[]): string {
  return rows.map(({ path, hash, size }) => `${quote(path)},${hash},${size === null ? "" : String(size)}\n`).join("");
}

/** The hash of a file's content as a `RECORD` writes it. */
export function recordHash(content: Uint8Array): string {
  return `sha256=${createHash("sha256").update(content).digest("base64url")}`;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Fields are slices of the text: put together by character, a large RECORD takes more memory than all else in a run. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const endRow = (): void => {
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  /** The content of the quotes that start here; two quotes within stand for one. */
  const quoted = (): string => {
    let content = "";
    while (at < text.length) {
      const quote = text.indexOf('"', at + 1);
      const end = quote === -1 ? text.length : quote;
      content += text.slice(at + 1, end);
      at = end + 1;
      if (text.charAt(at) !== '"') break;
      content += '"';
    }
    return content;
  };
  while (at < text.length) {
    const start = text.charAt(at) === '"' ? quoted() : "";
    let end = at;
    while (end < text.length && text.charAt(end) !== "," && text.charAt(end) !== "\n") end++;
    const isLast = text.charAt(end) !== ",";
    const rest = text.slice(at, isLast && text.charAt(end - 1) === "\r" && end < text.length ? end - 1 : end);
    row.push(start === "" ? rest : start + rest);
    at = end + 1;
    if (isLast) endRow();
  }
  // A comma that ends the text is followed by an empty field.
  if (row.length > 0) {
    row.push("");
    endRow();
  }
  return rows;
}
