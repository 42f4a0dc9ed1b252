/** Shortcuts are written as `Mod+Shift+Enter`, `N`, `/`, `Backspace`; `Mod` is ⌘ on a Mac, else Ctrl. */

const macSigns: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };
const otherSigns: Record<string, string> = { Mod: "Ctrl", Shift: "Shift", Alt: "Alt" };
const signs: Record<string, string> = {
  Enter: "↵",
  Backspace: "⌫",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Space: "Space",
};

/** How a shortcut is shown: `⌘⇧↵` on a Mac, `Ctrl Shift ↵` elsewhere. */
export function showKeys(keys: string, mac: boolean): string {
  const parts = keys.split("+").filter(Boolean);
  const shown = (parts.length ? parts : ["+"]).map(
    (part) => (mac ? macSigns : otherSigns)[part] ?? signs[part] ?? part,
  );
  return shown.join(mac ? "" : " ");
}

/** How a shortcut is written in `aria-keyshortcuts`. */
export function ariaKeys(keys: string, mac: boolean): string {
  return keys.replace("Mod", mac ? "Meta" : "Control");
}

/** Whether a key press is this shortcut. Shift counts only with letters: `?` is typed with it. */
export function pressed(event: KeyboardEvent, keys: string, mac: boolean): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const mod = mac ? event.metaKey : event.ctrlKey;
  const foreign = mac ? event.ctrlKey : event.metaKey;
  if (foreign || mod !== parts.includes("Mod") || event.altKey !== parts.includes("Alt")) return false;
  const sign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  if (!sign && event.shiftKey !== parts.includes("Shift")) return false;
  const typed = event.key === " " ? "Space" : event.key;
  return typed.toLowerCase() === key.toLowerCase();
}

/** Elements that typing goes into, for a selector. */
export const typedInto = "input:not([type=checkbox], [type=radio]), textarea";

/** Whether typing goes into this element, so that plain letters are not shortcuts. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}

/** Whether a key goes to an open menu, which finds its entries by letters; React Aria marks menus by their trigger. */
export function isInMenu(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-trigger]") !== null;
}

/** Whether a shortcut is a plain letter or sign, which the user can switch off. */
export function isSingle(keys: string): boolean {
  return !/^(Mod|Alt)\+/.test(keys) && !/^F\d+$/.test(keys) && keys !== "Escape";
}
