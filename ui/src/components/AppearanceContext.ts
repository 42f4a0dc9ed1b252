import { createContext, useContext } from "react";

export type Appearance = { compact: boolean; zoomPercent: number };

/** Row height and text size. Components that measure must re-measure on changes. */
export const AppearanceContext = createContext<Appearance>({ compact: false, zoomPercent: 100 });

export function useAppearance(): Appearance {
  return useContext(AppearanceContext);
}
