import { useEffect, useState } from "react";

/**
 * Restores the focus when the surrounding layer closes, unless something else has it by then; the page has it if what
 * had it is gone with an earlier page. Must be the first child, so that a layer that replaces another finds the focus
 * already restored.
 */
export function FocusReturn() {
  // Read during the first render, before the layer takes the focus.
  const [previous] = useState(() => document.activeElement);
  useEffect(() => {
    const path = focusPath(previous?.isConnected ? previous : document.activeElement);
    return () => {
      restoreFocus(path);
      const page = focusPath(document.querySelector("main"));
      // React Aria keeps the focus inside a dialog until it has unmounted.
      setTimeout(() => restoreFocus([...path, ...page]));
    };
  }, [previous]);
  return null;
}

/**
 * An element, and all around it that can have the focus when it is gone by then: what a button starts often removes the
 * button.
 */
function focusPath(element: Element | null): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let one = element; one; one = one.parentElement) {
    if (one instanceof HTMLElement && (one === element || one.hasAttribute("tabindex"))) path.push(one);
  }
  return path;
}

function restoreFocus(path: readonly HTMLElement[]): void {
  for (const one of path) {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && one.isConnected) one.focus();
  }
}
