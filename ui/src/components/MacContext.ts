import { createContext, useContext } from "react";

/** Whether keys are shown as on a Mac. */
export const MacContext = createContext(false);

/** Whether keys are shown as on a Mac. */
export function useMac(): boolean {
  return useContext(MacContext);
}
