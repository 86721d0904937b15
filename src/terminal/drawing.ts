/**
 * Whether lines and bars may be drawn with characters beyond ASCII: on a terminal that is no dumb one, in a locale of UTF-8. What is
 * piped is read by programs, and shown who knows where. The locale is the first of these variables that is set, as POSIX has it.
 */
export function wantsDrawing(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (!isTerminal || env.TERM === "dumb") return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return /utf-?8$/i.test(locale?.replace(/@.*$/, "") ?? "");
}
