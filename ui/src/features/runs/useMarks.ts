import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { type RunId } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";

/** Number of runs in a comparison. */
const maxMarks = 2;

/** The runs that are marked for a comparison. One that is deleted, here or elsewhere, is no longer marked. */
export function useMarks() {
  const [ids, setIds] = useState<RunId[]>([]);
  const found = useQueries({ queries: ids.map((id) => queries.run(id)) });
  const marked = ids.filter((_, index) => {
    const error = found[index]?.error;
    return !error || asProblem(error).code !== "not_found";
  });
  const unmark = (id: RunId) => setIds(marked.filter((one) => one !== id));
  return {
    marked: new Set(marked) as ReadonlySet<RunId>,
    /** Marks or unmarks a run; a third mark replaces the oldest. */
    toggle: (id: RunId) => (marked.includes(id) ? unmark(id) : setIds([...marked, id].slice(-maxMarks))),
    unmark,
    clear: () => setIds([]),
    /** The two runs to compare while `selected` is shown; `null` if no other run is marked. */
    pair: (selected: RunId | null) => {
      const two = marked.length === maxMarks || selected === null ? marked : [...new Set([...marked, selected])];
      // Ids sort by start time.
      const [earlier, later] = [...two].sort();
      return marked.length > 0 && earlier !== undefined && later !== undefined ? { earlier, later } : null;
    },
  };
}
