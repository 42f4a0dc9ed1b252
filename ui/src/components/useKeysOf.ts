import { createContext, useCallback, useContext } from "react";
import { useMac } from "./MacContext";
import { type Overrides, resolveKeys } from "./shortcutTable";

export const OverridesContext = createContext<Overrides>({});

/** Returns a function that resolves the current keys of a shortcut. */
export function useKeysOf(): (keys: string) => string {
  const overrides = useContext(OverridesContext);
  const mac = useMac();
  return useCallback((keys: string) => resolveKeys(keys, overrides, mac), [overrides, mac]);
}
