import { createContext, useCallback, useContext } from "react";
import { useMac } from "./MacContext";
import { type Overrides, resolveKeys } from "./shortcutTable";

/** The keys that a person chose in place of the usual ones. */
export const OverridesContext = createContext<Overrides>({});

/** Finds the keys of a shortcut that act now. */
export function useKeysOf(): (keys: string) => string {
  const overrides = useContext(OverridesContext);
  const mac = useMac();
  return useCallback((keys: string) => resolveKeys(keys, overrides, mac), [overrides, mac]);
}
