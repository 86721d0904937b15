/**
 * Whether to write colour. `NO_COLOR` says never, `FORCE_COLOR` always (unless `0` or `false`); else only on a
 * terminal, and not on one that calls itself dumb. Both are conventions: no-color.org, force-color.org.
 */
export function wantsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return !/^(0|false)$/i.test(env.FORCE_COLOR);
  return isTerminal && env.TERM !== "dumb";
}
