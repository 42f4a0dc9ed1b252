import { useEffect, useState } from "react";

/**
 * Gives the focus back to what had it before the layer around came, unless something else took it meanwhile.
 * Stands first in the layer, so that one which takes another's place finds it given back already.
 */
export function FocusReturn() {
  // Before anything in the layer can take it.
  const [had] = useState(() => document.activeElement);
  useEffect(() => {
    const before = had?.isConnected ? had : document.activeElement;
    return () => {
      restoreFocus(before);
      // A dialog that goes keeps the focus from what lies beneath for as long as it is going.
      setTimeout(() => restoreFocus(before));
    };
  }, [had]);
  return null;
}

function restoreFocus(before: Element | null): void {
  const isLost = document.activeElement === null || document.activeElement === document.body;
  if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
}
