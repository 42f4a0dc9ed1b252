import { createContext, useContext } from "react";

export const MacContext = createContext(false);

/** Whether this is a Mac. */
export function useMac(): boolean {
  return useContext(MacContext);
}
