/** The offsets of a query in a text, ignoring case. */
export function occurrences(text: string, query: string): number[] {
  if (query === "") return [];
  const pattern = query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return [...text.matchAll(new RegExp(pattern, "gi"))].map((match) => match.index);
}
