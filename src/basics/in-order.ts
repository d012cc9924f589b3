/** The results of `task` for every item, in the items' order, with at most `width` under way at once. @throws what the first that failed threw */
export async function inOrder<T, R>(
  items: readonly T[],
  width: number,
  task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const left = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of left) results.set(index, await task(item));
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, work));
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}
