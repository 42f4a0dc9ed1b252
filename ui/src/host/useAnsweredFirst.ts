import { useEffect, useState } from "react";

/** How long a section is held back, in milliseconds: a platform that does not answer hides nothing. */
const longestWait = 1000;

/**
 * How many of these have come or failed before the first that has not. A section of a page waits for what those above
 * it read: they grow once, and nothing that is on screen moves. After a second all are shown.
 */
export function useAnsweredFirst(reads: { isPending: boolean }[]): number {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), longestWait);
    return () => clearTimeout(timer);
  }, []);
  const waiting = reads.findIndex((read) => read.isPending);
  return waiting < 0 || isLate ? reads.length : waiting;
}
