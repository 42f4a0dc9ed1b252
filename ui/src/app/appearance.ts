import { type Preferences } from "@/host/bindings";
import { usualFormPercent } from "@/lib/layout";

/** Defaults for preferences that were never set. */
export const defaults: Required<Preferences> = {
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

/** The preferences with defaults filled in. */
export function withDefaults(preferences: Preferences | undefined): Required<Preferences> {
  return { ...defaults, ...preferences };
}

const dark = () => matchMedia("(prefers-color-scheme: dark)");
const more = () => matchMedia("(prefers-contrast: more)");

/**
 * Applies the preferences to `<html>`, and saves them for the first paint of the next start (`public/first-paint.js`).
 */
export function applyAppearance(preferences: Required<Preferences>): void {
  const root = document.documentElement;
  const { theme, contrast, density, zoomPercent } = preferences;
  root.dataset.theme = theme === "system" ? (dark().matches ? "dark" : "light") : theme;
  set(root, "contrast", contrast === "more" || more().matches ? "more" : null);
  set(root, "density", density === "compact" ? "compact" : null);
  root.style.fontSize = zoomPercent === 100 ? "" : `${zoomPercent}%`;
  localStorage.setItem("appearance", JSON.stringify({ theme, contrast, density, zoomPercent }));
}

/** Marks `<html>` on a Mac, where the window buttons lie over the page, and saves that for the next start. */
export function applySystem(mac: boolean): void {
  set(document.documentElement, "mac", mac ? "" : null);
  localStorage.setItem("mac", mac ? "yes" : "");
}

/** Listens for changes to the system's colour scheme and contrast. Returns a function that stops it. */
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
