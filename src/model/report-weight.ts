import { z } from "zod";

/** Whole bytes, or a count. */
export const bytes = z.int().nonnegative();

export const WEIGHT = z
  .strictObject({ files: bytes, disk: bytes, compressed: bytes })
  .meta({ id: "weight", description: "A count of files, their bytes on disk, and what they add to the gzip'd tar." });

export const DELTA = z
  .strictObject({ files: z.int(), disk: z.int(), compressed: z.int() })
  .meta({ id: "delta", description: "Head minus base, of a weight." });
