import { useEffect, useState } from "react";

/** Maximum delay of a section in milliseconds, in case a platform does not respond. */
const longestWait = 1000;

/**
 * Returns how many of these queries have settled before the first pending one. Sections of a page appear in order, so
 * that nothing on screen moves; after a second all appear.
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
