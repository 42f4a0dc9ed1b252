import { createContext, useContext, useEffect, useRef } from "react";

/** A searchable part of a view. */
export type Finder = {
  /** Returns the number of matches. */
  count: (query: string) => number;
  /** Scrolls to a match and highlights it. */
  show: (query: string, index: number) => void;
  /** Removes the highlight. */
  hide: () => void;
};

/** The searchable parts of a view in order; `null` where search is unavailable. */
export const FindContext = createContext<Set<Finder> | null>(null);

/** Registers a part of the surrounding view for search. */
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
