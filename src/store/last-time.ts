import { createHash } from "node:crypto";
import { z } from "zod";
import { LAYER_WEIGHT } from "../model/layer-weight.js";
import type { LastTime } from "../model/outside.js";
import type { LayerStore } from "./store.js";

/** Raised whenever the record has another form. */
const FORMAT = 1;

const LAST_TIME: z.ZodType<LastTime> = z.strictObject({
  cutoff: z.iso.datetime(),
  layers: z.array(LAYER_WEIGHT),
});

/** What an app got and weighed when these very requirements were last looked at. @param about all that they are, as JSON */
export async function recallLastTime(store: LayerStore, about: readonly unknown[]): Promise<LastTime | null> {
  return LAST_TIME.safeParse(await store.recall(keyOf(about))).data ?? null;
}

/** Remembers what an app gets and weighs, in the place of what was remembered of the same requirements. */
export async function rememberThisTime(store: LayerStore, about: readonly unknown[], time: LastTime): Promise<void> {
  await store.remember(keyOf(about), time);
}

function keyOf(about: readonly unknown[]): string {
  return createHash("sha256")
    .update(JSON.stringify(["last time", FORMAT, ...about]))
    .digest("hex");
}
