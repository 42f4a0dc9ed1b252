import { createContext, useContext } from "react";

/** Puts text on the clipboard and says so. The app supplies it: components do not speak with the host. */
export const CopyContext = createContext<(text: string, what: string) => void>(() => undefined);

/** Puts text on the clipboard; `what` names it in the announcement. */
export function useCopy(): (text: string, what: string) => void {
  return useContext(CopyContext);
}
