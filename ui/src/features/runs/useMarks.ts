import { useState } from "react";
import { type RunId } from "@/host/bindings";

/** Number of runs in a comparison. */
const maxMarks = 2;

/** The runs that are marked for a comparison. */
export function useMarks() {
  const [marked, setMarked] = useState<RunId[]>([]);
  const unmark = (id: RunId) => setMarked((current) => current.filter((one) => one !== id));
  return {
    marked: new Set(marked) as ReadonlySet<RunId>,
    /** Marks or unmarks a run; a third mark replaces the oldest. */
    toggle: (id: RunId) =>
      setMarked((current) =>
        current.includes(id) ? current.filter((one) => one !== id) : [...current, id].slice(-maxMarks),
      ),
    unmark,
    clear: () => setMarked([]),
    /** The two runs to compare while `selected` is shown; `null` if no other run is marked. */
    pair: (selected: RunId | null) => {
      const two = marked.length === maxMarks || selected === null ? marked : [...new Set([...marked, selected])];
      // Ids sort by start time.
      const [earlier, later] = [...two].sort();
      return marked.length > 0 && earlier !== undefined && later !== undefined ? { earlier, later } : null;
    },
  };
}
