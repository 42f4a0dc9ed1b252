import { joinTexts } from "./words";

/** Shortcuts are written as `Mod+Shift+Enter`, `N`, `/`, `Backspace`. `Mod` is ⌘ on a Mac, else Ctrl. */

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

/** A shortcut for display: `⌘⇧↵` on a Mac, `Ctrl Shift ↵` elsewhere. */
export function showKeys(keys: string, mac: boolean): string {
  const parts = keys.split("+").filter(Boolean);
  const shown = (parts.length ? parts : ["+"]).map(
    (part) => (mac ? macSigns : otherSigns)[part] ?? signs[part] ?? part,
  );
  return shown.join(mac ? "" : " ");
}

/** A shortcut for `aria-keyshortcuts`. */
export function ariaKeys(keys: string, mac: boolean): string {
  return keys.replace("Mod", mac ? "Meta" : "Control");
}

/**
 * Whether a key press is part of an input method's composition. WebKit ends the composition before the Enter that
 * confirms it, and then only the key code tells.
 */
export function isComposing(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === 229;
}

type KeyPress = Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">;

/** Whether an event matches a shortcut. Shift counts only for letters, because typing `?` needs it. */
export function pressed(event: KeyboardEvent, keys: string, mac: boolean): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const mod = mac ? event.metaKey : event.ctrlKey;
  const foreign = mac ? event.ctrlKey : event.metaKey;
  if (foreign || mod !== parts.includes("Mod") || event.altKey !== parts.includes("Alt")) return false;
  if (!isSign(key) && event.shiftKey !== parts.includes("Shift")) return false;
  const typed = event.key === " " ? "Space" : event.key;
  if (typed.toLowerCase() === key.toLowerCase()) return true;
  // In other scripts, the key at the place of the letter counts.
  return /^[a-z]$/i.test(key) && foreignLetter.test(typed) && event.code === `Key${key.toUpperCase()}`;
}

const foreignLetter = /^(?!\p{Script=Latin})\p{L}$/u;

const free = /^([\p{Alphabetic}\p{N}]|[!-*,-/:-@[-`{-~]|F([1-9]|1[0-2])|Backspace|Delete)$/u;
const neededAlone = /^(Enter|Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown)$/;

/** The shortcut of an event; `null` for keys that lists, dialogs or the system need, and for Shift alone. */
export function keysOfPress(event: KeyPress, mac: boolean): string | null {
  const { key: typed, altKey, shiftKey } = event;
  const [mod, foreign] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  const key = typed.length === 1 ? typed.toUpperCase() : typed;
  if (foreign || !(free.test(key) || ((mod || altKey) && neededAlone.test(key)))) return null;
  return joinTexts("+", mod && "Mod", altKey && "Alt", shiftKey && !isSign(key) && "Shift", key);
}

function isSign(key: string): boolean {
  return key.length === 1 && key.toLowerCase() === key.toUpperCase();
}

/** Whether a key presses the focused button or checkbox, which happens when the key is released. */
export function isPress({ key, target }: KeyboardEvent): boolean {
  return key === " " && target instanceof Element && target.closest("button, input") !== null;
}

/** Selector of text inputs. */
export const typedInto = "input:not([type=checkbox], [type=radio]), textarea";

/** Whether the element takes typed text, so that single letters are not shortcuts. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}

/** Whether an open menu has the focus, which handles letters itself. React Aria marks its popover by `data-trigger`. */
export function isInMenu(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-trigger]") !== null;
}

/** Whether a shortcut is a single letter or sign, which the user can turn off. */
export function isSingle(keys: string): boolean {
  return !/^(Mod|Alt)\+/.test(keys) && !/^F\d+$/.test(keys) && keys !== "Escape";
}
