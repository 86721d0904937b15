/**
 * The results of `work` in the order of the items, of which at most `most` are worked on at the same time. Where several
 * fail it is the first of them, in that order, that is told of: which one fails first is chance.
 */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  const open = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of open) {
      try {
        results[at] = await work(item);
      } catch (error) {
        errors[at] = error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  for (const at of errors.keys()) if (at in errors) throw errors[at];
  return results;
}
