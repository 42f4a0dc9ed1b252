import { useEffect } from "react";

/**
 * Gives the focus back to what had it before the layer around came. Stands first in the layer, so that
 * nothing within has taken the focus yet.
 */
export function FocusReturn() {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return null;
}
