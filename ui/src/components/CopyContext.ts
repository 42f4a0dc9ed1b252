import { createContext, useContext } from "react";

/** Copies text and announces it. Provided by the app, because components do not call the host. */
export const CopyContext = createContext<(text: string, what: string) => void>(() => undefined);

/** Returns a function that copies text; `what` names it in the announcement. */
export function useCopy(): (text: string, what: string) => void {
  return useContext(CopyContext);
}
