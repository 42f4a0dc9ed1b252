import { useEffect, useState } from "react";
import { focusPath, restoreFocus, restoreFocusLater } from "./keepFocus";

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
      // React Aria keeps the focus inside a dialog until it has unmounted.
      restoreFocusLater(path);
    };
  }, [previous]);
  return null;
}
