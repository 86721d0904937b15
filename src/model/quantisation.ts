/** What the weights of a quantised model are stored as. */
export const WEIGHT_TYPES = ["int8", "float16"] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];
