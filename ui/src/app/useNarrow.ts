import { useSyncExternalStore } from "react";
import { useAppearance } from "@/components/AppearanceContext";

/** Below this width, in px at 100 % text zoom, the sidebar shows signs only. */
const leastWidth = 960;

/** Whether the window is too narrow for the words of the sidebar, the text zoom counted in. */
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
