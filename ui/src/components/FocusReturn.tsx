import { useEffect, useState } from "react";

/**
 * Restores the focus when the surrounding layer closes, unless something else has it by then. Must be the first child,
 * so that a layer that replaces another finds the focus already restored.
 */
export function FocusReturn() {
  // Read during the first render, before the layer takes the focus.
  const [had] = useState(() => document.activeElement);
  useEffect(() => {
    const before = had?.isConnected ? had : document.activeElement;
    return () => {
      restoreFocus(before);
      // React Aria keeps the focus inside a dialog until it has unmounted.
      setTimeout(() => restoreFocus(before));
    };
  }, [had]);
  return null;
}

function restoreFocus(before: Element | null): void {
  const isLost = document.activeElement === null || document.activeElement === document.body;
  if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
}
