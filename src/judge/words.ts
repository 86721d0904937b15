import { mib } from "../model/format.js";

/** The error band behind a figure, where there is one. Half-width in bytes. */
export function giveOrTake(error: number): string {
  return error === 0 ? "" : `, give or take ${mib(error)}`;
}

/** What a change does to a size, as a verb: `adds 298.4 MiB`. */
export function addsOrRemoves(delta: number): string {
  if (delta === 0) return "adds nothing";
  return delta > 0 ? `adds ${mib(delta)}` : `removes ${mib(-delta)}`;
}
