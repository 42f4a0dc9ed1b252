import { type Preferences } from "@/host/bindings";
import { usualFormPercent } from "@/lib/layout";

/** What `loadPreferences` gives when nothing was ever chosen. */
export const usual: Required<Preferences> = {
  theme: "system",
  contrast: "system",
  density: "comfortable",
  singleLetterKeys: true,
  shortcuts: {},
  sidebarCollapsed: false,
  zoomPercent: 100,
  formPercent: usualFormPercent,
  connectorGroup: "status",
  connectorSort: "name",
  hostedRedirect: "loopback",
};

/** Preferences with the usual ones where nothing was chosen. */
export function complete(preferences: Preferences | undefined): Required<Preferences> {
  return { ...usual, ...preferences };
}

const dark = () => matchMedia("(prefers-color-scheme: dark)");
const more = () => matchMedia("(prefers-contrast: more)");

/** Puts the preferences onto `<html>` and keeps them for the next start's first paint (`public/first-paint.js`). */
export function applyAppearance(preferences: Required<Preferences>): void {
  const root = document.documentElement;
  const { theme, contrast, density, zoomPercent } = preferences;
  root.dataset.theme = theme === "system" ? (dark().matches ? "dark" : "light") : theme;
  set(root, "contrast", contrast === "more" || more().matches ? "more" : null);
  set(root, "density", density === "compact" ? "compact" : null);
  root.style.fontSize = zoomPercent === 100 ? "" : `${zoomPercent}%`;
  localStorage.setItem("appearance", JSON.stringify({ theme, contrast, density, zoomPercent }));
}

/** Says on `<html>` whether this is a Mac, whose window buttons lie over the page, and keeps it as above. */
export function applySystem(mac: boolean): void {
  set(document.documentElement, "mac", mac ? "" : null);
  localStorage.setItem("mac", mac ? "yes" : "");
}

/** Calls back when the system changes its mind about colours or contrast. */
export function watchSystem(onChange: () => void): () => void {
  const queries = [dark(), more()];
  for (const query of queries) query.addEventListener("change", onChange);
  return () => {
    for (const query of queries) query.removeEventListener("change", onChange);
  };
}

function set(root: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete root.dataset[name];
  else root.dataset[name] = value;
}
