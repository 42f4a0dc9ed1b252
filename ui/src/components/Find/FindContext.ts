import { createContext, useContext, useEffect, useRef } from "react";

/** A part of a view in which something can be found. */
export type Finder = {
  /** How often a text stands in it. */
  count: (query: string) => number;
  /** Brings one of them into sight and marks it. */
  show: (query: string, index: number) => void;
  /** Takes the mark away. */
  hide: () => void;
};

/** The parts of a view that are drawn, in their order; `null` where nothing is looked for. */
export const FindContext = createContext<Set<Finder> | null>(null);

/** Has a part be searched with the others of its view. */
export function useFinder(finder: Finder): void {
  const finders = useContext(FindContext);
  const latest = useRef(finder);
  useEffect(() => {
    latest.current = finder;
  });
  useEffect(() => {
    if (!finders) return;
    const registered: Finder = {
      count: (query) => latest.current.count(query),
      show: (query, index) => latest.current.show(query, index),
      hide: () => latest.current.hide(),
    };
    finders.add(registered);
    return () => void finders.delete(registered);
  }, [finders]);
}
