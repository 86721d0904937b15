/**
 * Line (from 1) of a TOML text on which `text` stands within the table `[table]`, from the line on that assigns `key`; null
 * if it does not stand there as it is. For an array of strings: `dependencies = ["flask"]`.
 */
export function lineOfItem(toml: string, table: string, key: string, text: string): number | null {
  let inside = false;
  for (const { line, number, header } of tableLines(toml)) {
    if (header !== table) {
      inside = false;
      continue;
    }
    inside ||= new RegExp(`^\\s*["']?${escape(key)}["']?\\s*=`).test(line);
    if (inside && (line.includes(`"${text}"`) || line.includes(`'${text}'`) || line.includes(JSON.stringify(text)))) {
      return number;
    }
  }
  return null;
}

/** Line (from 1) on which the table `[table]` has the key `key`, also as a table `[table.key]` of its own; null if nowhere. */
export function lineOfKey(toml: string, table: string, key: string): number | null {
  const assigned = new RegExp(`^\\s*["']?${escape(key)}["']?\\s*[.=]`);
  for (const { line, number, header, opens } of tableLines(toml)) {
    if (opens && header === `${table}.${key}`) return number;
    if (header === table && !opens && assigned.test(line)) return number;
  }
  return null;
}

interface Line {
  readonly line: string;
  readonly number: number;
  /** Dotted name of the table that the line is in; quotes removed. */
  readonly header: string;
  /** Is it the table's own line? */
  readonly opens: boolean;
}

/** Multi-line strings that look like tables are not told apart: at worst a line is not found. */
function tableLines(toml: string): Line[] {
  let header = "";
  return toml.split(/\r?\n/).map((line, index) => {
    const match = /^\s*\[\[?([^\]]+)\]\]?\s*(#.*)?$/.exec(line);
    if (match !== null)
      header = (match[1] ?? "")
        .split(".")
        .map((part) => part.trim().replace(/^["']|["']$/g, ""))
        .join(".");
    return { line, number: index + 1, header, opens: match !== null };
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
