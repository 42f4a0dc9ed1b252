import { useSyncExternalStore } from "react";
import { useAppearance } from "@/components/AppearanceContext";

/** The width in px, at 100 % text zoom, below which the sidebar collapses. */
const leastWidth = 960;

/** Whether the window is too narrow for the sidebar's labels, at the current text zoom. */
export function useNarrow(): boolean {
  const { zoomPercent } = useAppearance();
  return useSyncExternalStore(
    (onChange) => {
      addEventListener("resize", onChange);
      return () => removeEventListener("resize", onChange);
    },
    () => (innerWidth * 100) / zoomPercent < leastWidth,
  );
}
