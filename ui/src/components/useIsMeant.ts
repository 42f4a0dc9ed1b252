import { useEffect, useState } from "react";

/** How long what replaces something else cannot be acted on, in milliseconds. */
const delay = 700;

/**
 * Whether a click means what is shown, `null` for nothing: right after it replaced something else, it may still have
 * meant that.
 */
export function useIsMeant(shown: unknown): boolean {
  const [state, setState] = useState({ shown, isMeant: true });
  if (state.shown !== shown) setState({ shown, isMeant: state.shown === null });
  useEffect(() => {
    const timer = setTimeout(() => setState({ shown, isMeant: true }), delay);
    return () => clearTimeout(timer);
  }, [shown]);
  return state.isMeant;
}
