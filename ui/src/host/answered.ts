/**
 * How many of these have come or failed before the first that has not. A section of a page waits for what those above
 * it read: they grow once, and nothing that is on screen moves.
 */
export function answeredFirst(reads: { isPending: boolean }[]): number {
  const waiting = reads.findIndex((read) => read.isPending);
  return waiting < 0 ? reads.length : waiting;
}
