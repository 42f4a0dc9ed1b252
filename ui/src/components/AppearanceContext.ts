import { createContext, useContext } from "react";

export type Appearance = { compact: boolean; zoomPercent: number };

/** How high rows and letters are; whoever measures must draw again when it changes. */
export const AppearanceContext = createContext<Appearance>({ compact: false, zoomPercent: 100 });

/** How high rows and letters are. */
export function useAppearance(): Appearance {
  return useContext(AppearanceContext);
}
