import { useEffect } from "react";
import { useMac } from "@/components/MacContext";
import { commands } from "@/host/bindings";

/** Elements in a header that handle the pointer themselves. */
const takesPointer =
  'a, button, input, select, textarea, label, summary, [role], [data-selectable], [tabindex]:not([tabindex="-1"])';

/** On a Mac the page replaces the title bar: `data-drag` elements move the window and handle its double click. */
export function useWindowDrag(): void {
  const mac = useMac();
  useEffect(() => {
    if (!mac) return;
    let second: MouseEvent | undefined;
    const press = (event: MouseEvent) => {
      second = event.detail === 2 ? event : undefined;
      if (event.detail > 1 || !isOnHead(event)) return;
      // A failure needs no message: the user sees that the window does not move.
      void commands.dragWindow();
    };
    // As on macOS, moving the pointer before releasing it cancels the double click.
    const release = (event: MouseEvent) => {
      if (event.detail !== 2 || !isOnHead(event)) return;
      if (event.screenX === second?.screenX && event.screenY === second.screenY) void commands.doubleClickTitleBar();
    };
    addEventListener("mousedown", press);
    addEventListener("mouseup", release);
    return () => {
      removeEventListener("mousedown", press);
      removeEventListener("mouseup", release);
    };
  }, [mac]);
}

function isOnHead({ button, ctrlKey, target }: MouseEvent): boolean {
  if (button !== 0 || ctrlKey) return false;
  const nearest = target instanceof Element && target.closest(`[data-drag], ${takesPointer}`);
  return nearest instanceof HTMLElement && nearest.dataset.drag !== undefined;
}
