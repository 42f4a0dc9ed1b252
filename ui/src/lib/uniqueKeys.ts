/** A key for each item, of what it is about; several about the same are numbered. */
export function uniqueKeys<T>(items: readonly T[], keyOf: (item: T) => string): [string, T][] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const key = keyOf(item);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return [`${count} ${key}`, item];
  });
}
