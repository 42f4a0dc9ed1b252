import { useEffect } from "react";
import { listen } from "@/host/events";

/** Calls the function, if there is one, when a file is dropped on the window. */
export function useDroppedBundle(onDropped: (() => void) | null): void {
  useEffect(() => {
    if (!onDropped) return;
    return listen(({ kind }) => {
      if (kind === "bundle_dropped") onDropped();
    });
  }, [onDropped]);
}
