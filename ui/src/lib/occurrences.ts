/** Where a text stands in another one, whatever the case of its letters. */
export function occurrences(text: string, query: string): number[] {
  if (query === "") return [];
  const pattern = query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return [...text.matchAll(new RegExp(pattern, "gi"))].map((match) => match.index);
}
