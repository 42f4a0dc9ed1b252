import { useEffect } from "react";
import { useMac } from "@/components/MacContext";
import { commands } from "@/host/bindings";

/** What takes the pointer for itself within a head. */
const takesPointer =
  'a, button, input, select, textarea, label, summary, [role], [data-selectable], [tabindex]:not([tabindex="-1"])';

/** On a Mac the page lies where the title bar would: what is marked `data-drag` moves the window instead. */
export function useWindowDrag(): void {
  const mac = useMac();
  useEffect(() => {
    if (!mac) return;
    const press = (event: MouseEvent) => {
      if (event.button !== 0 || event.detail > 1 || event.ctrlKey || !movesWindow(event.target)) return;
      // A window that stays where it is says so itself.
      void commands.dragWindow();
    };
    addEventListener("mousedown", press);
    return () => removeEventListener("mousedown", press);
  }, [mac]);
}

function movesWindow(target: EventTarget | null): boolean {
  const nearest = target instanceof Element && target.closest(`[data-drag], ${takesPointer}`);
  return nearest instanceof HTMLElement && nearest.dataset.drag !== undefined;
}
