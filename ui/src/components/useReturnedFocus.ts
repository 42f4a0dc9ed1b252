import { useEffect, useState } from "react";

/**
 * Gives the focus back to what had it before the first of several dialogs: each step is one of its own, so
 * the last does not know.
 */
export function useReturnedFocus() {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
      });
    },
    [before],
  );
}
