import { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { isComposing, isInMenu, isPress, isSingle, pressed, takesText } from "@/lib/keys";
import { findShortcut, type Keys } from "./shortcutTable";

/** A shortcut, registered while its view is shown. */
export type Shortcut = {
  keys: Keys;
  /** Label, if it differs from the table's. */
  label?: string;
  inBar?: boolean;
  /** Whether it applies to the current row of a list; its menu then shows it too. */
  ofRow?: boolean;
  run: () => void;
};

export type ActiveShortcut = Shortcut & { label: string; layer: number; order: number };

/** The current keys of shortcuts, the system, and whether single-letter shortcuts are enabled. */
export type KeySettings = { keysOf: (keys: string) => string; mac: boolean; singles: boolean };

/** The registered shortcuts. On a conflict, the last one of the top layer wins. */
export class ShortcutRegistry {
  private readonly registered = new Map<string, ActiveShortcut>();
  private readonly layers = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private snapshot: ActiveShortcut[] = [];
  private counter = 0;
  private lastLayer = 0;

  /** Adds a shortcut, or updates it. */
  add(id: string, shortcut: Shortcut, layer: number): void {
    const label = shortcut.label ?? findShortcut(shortcut.keys)?.label ?? "";
    this.registered.set(id, { ...shortcut, label, layer, order: this.registered.get(id)?.order ?? this.counter++ });
    this.changed();
  }

  remove(id: string): void {
    this.registered.delete(id);
    this.changed();
  }

  /** Reserves the number of a layer above all that are open. */
  nextLayer(): number {
    return ++this.lastLayer;
  }

  /** Disables the shortcuts of lower layers. */
  openLayer(layer: number): void {
    this.layers.add(layer);
    this.changed();
  }

  closeLayer(layer: number): void {
    this.layers.delete(layer);
    this.changed();
  }

  /** The active shortcuts, in order of registration. */
  readonly active = (): ActiveShortcut[] => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Runs the shortcut of a key press, once while the key is held; returns whether there was one. */
  dispatch(event: KeyboardEvent, { keysOf, mac, singles }: KeySettings): boolean {
    if (event.defaultPrevented || isComposing(event)) return false;
    const typing = takesText(event.target);
    if (typing && event.key === "Escape") {
      // Escape leaves the field, not the page; single-letter shortcuts then work again.
      if (event.target instanceof HTMLElement) {
        const place = event.target.parentElement?.closest<HTMLElement>("[tabindex]");
        event.target.blur();
        // Tab goes on from there and not from the start of the window.
        place?.focus({ preventScroll: true });
      }
      return true;
    }
    if (isInMenu(event.target) || isPress(event)) return false;
    const match = this.snapshot.findLast((shortcut) => {
      const keys = keysOf(shortcut.keys);
      if (isSingle(keys) && (typing || !singles)) return false;
      if (typing && isOfTextToo(shortcut.keys)) return false;
      return pressed(event, keys, mac);
    });
    if (!match) return false;
    event.preventDefault();
    if (!event.repeat) match.run();
    return true;
  }

  private changed(): void {
    const top = Math.max(0, ...this.layers);
    this.snapshot = [...this.registered.values()]
      .filter((shortcut) => shortcut.layer === top)
      .sort((left, right) => left.order - right.order);
    for (const listener of this.listeners) listener();
  }
}

/** Whether a shortcut leaves its keys to a text field that has the focus, such as Ctrl-Z and Ctrl-A. */
function isOfTextToo(keys: Keys): boolean {
  return keys.startsWith("list.") || keys === "window.undo";
}

export const ShortcutContext = createContext(new ShortcutRegistry());

/** The layer of a view: 0 for pages, higher for each dialog opened later. */
export const LayerContext = createContext(0);

/** Registers a shortcut while the calling component is mounted; `null` registers none. */
export function useShortcut(shortcut: Shortcut | null): void {
  const registry = useContext(ShortcutContext);
  const layer = useContext(LayerContext);
  const id = useId();
  const run = useRef(shortcut?.run);
  useEffect(() => {
    run.current = shortcut?.run;
  });
  const keys = shortcut?.keys;
  const label = shortcut?.label;
  const inBar = shortcut?.inBar ?? false;
  const ofRow = shortcut?.ofRow ?? false;
  useEffect(() => {
    if (!keys) return;
    registry.add(id, { keys, ...(label && { label }), inBar, ofRow, run: () => run.current?.() }, layer);
    return () => registry.remove(id);
  }, [registry, id, keys, label, inBar, ofRow, layer]);
}

/** Opens a layer for the calling dialog, and returns it. */
export function useLayer(): number {
  const registry = useContext(ShortcutContext);
  // Reserved during render: an inner dialog renders after the outer one, but its effects run first.
  const [layer] = useState(() => registry.nextLayer());
  useEffect(() => {
    registry.openLayer(layer);
    return () => registry.closeLayer(layer);
  }, [registry, layer]);
  return layer;
}
