import { useState } from "react";
import { type RunId } from "@/host/bindings";

/** A comparison has two sides. */
const most = 2;

type Marks = {
  marked: ReadonlySet<RunId>;
  /** Marks a run or takes its mark away; the oldest mark gives way to a third. */
  toggle: (id: RunId) => void;
  clear: () => void;
  /** The two runs to compare while `selected` is the chosen one; `null` when nothing else is marked. */
  pair: (selected: RunId | null) => { earlier: RunId; later: RunId } | null;
};

/** The runs that are marked to be compared. */
export function useMarks(): Marks {
  const [marked, setMarked] = useState<RunId[]>([]);
  return {
    marked: new Set(marked),
    toggle: (id) =>
      setMarked((current) =>
        current.includes(id) ? current.filter((one) => one !== id) : [...current, id].slice(-most),
      ),
    clear: () => setMarked([]),
    pair: (selected) => {
      const two = marked.length === most || selected === null ? marked : [...new Set([...marked, selected])];
      // Ids sort by the time at which runs began.
      const [earlier, later] = [...two].sort();
      return marked.length > 0 && earlier !== undefined && later !== undefined ? { earlier, later } : null;
    },
  };
}
