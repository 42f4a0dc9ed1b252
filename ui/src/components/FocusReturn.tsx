import { useEffect, useState } from "react";

/**
 * Restores the focus when the surrounding layer closes, unless something else has it by then. Must be the first child,
 * so that a layer that replaces another finds the focus already restored.
 */
export function FocusReturn() {
  // Read during the first render, before the layer takes the focus.
  const [previous] = useState(() => document.activeElement);
  useEffect(() => {
    const target = previous?.isConnected ? previous : document.activeElement;
    return () => {
      restoreFocus(target);
      // React Aria keeps the focus inside a dialog until it has unmounted.
      setTimeout(() => restoreFocus(target));
    };
  }, [previous]);
  return null;
}

function restoreFocus(target: Element | null): void {
  const isLost = document.activeElement === null || document.activeElement === document.body;
  if (isLost && target instanceof HTMLElement && target.isConnected) target.focus();
}
