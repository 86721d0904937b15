import { z } from "zod";
import { MIB } from "../model/bytes.js";
import { Malformed, type Bytes } from "./bytes.js";

/** A notebook that is larger is not read. */
export const LARGEST_NOTEBOOK = 32 * MIB;

const NOTEBOOK = z.object({ cells: z.array(z.object({ outputs: z.unknown().optional() })) });

/** Bytes of a Jupyter notebook's outputs (nbformat 4), as compact JSON; 0 if every cell was cleared. */
export function notebookOutputs(bytes: Bytes): number {
  if (bytes.size > LARGEST_NOTEBOOK) throw new Malformed("too large");
  const text = bytes.take(0, bytes.size).toString("utf8");
  try {
    const { cells } = NOTEBOOK.parse(JSON.parse(text));
    return cells
      .filter(({ outputs }) => Array.isArray(outputs) && outputs.length > 0)
      .reduce((sum, { outputs }) => sum + Buffer.byteLength(JSON.stringify(outputs)), 0);
  } catch (error) {
    // Not JSON, not a notebook, or nested more deeply than can be written again.
    throw new Malformed("no notebook", { cause: error });
  }
}
