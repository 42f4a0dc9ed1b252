import { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { isInMenu, isSingle, pressed, takesText } from "@/lib/keys";
import { findShortcut, type Keys } from "./shortcutTable";

/** A key and what it does, as long as the view that registered it is shown. */
export type Shortcut = {
  keys: Keys;
  /** What it does here, where the table of shortcuts says it otherwise. */
  label?: string;
  /** Whether the status bar shows it. */
  inBar?: boolean;
  /** Whether it is for the current row of a list, whose menu has it too. */
  ofRow?: boolean;
  /** Whether it works over dialogs too. */
  everywhere?: boolean;
  run: () => void;
};

/** A shortcut that acts now. */
export type ActiveShortcut = Shortcut & { label: string; layer: number; order: number };

/** How keys are pressed here: what acts for a shortcut, whether on a Mac, and whether single letters act. */
export type KeySettings = { keysOf: (keys: string) => string; mac: boolean; singles: boolean };

/** Which shortcuts exist now. The last one registered in the layer that opened last wins. */
export class ShortcutRegistry {
  private readonly registered = new Map<string, ActiveShortcut>();
  private readonly layers = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private snapshot: ActiveShortcut[] = [];
  private counter = 0;
  private lastLayer = 0;

  /** Adds a shortcut, or renews it under the same id. */
  add(id: string, shortcut: Shortcut, layer: number): void {
    const label = shortcut.label ?? findShortcut(shortcut.keys)?.label ?? "";
    this.registered.set(id, { ...shortcut, label, layer, order: this.registered.get(id)?.order ?? this.counter++ });
    this.changed();
  }

  remove(id: string): void {
    this.registered.delete(id);
    this.changed();
  }

  /** The number of a layer that is about to open, over all that are open whatever view they belong to. */
  nextLayer(): number {
    return ++this.lastLayer;
  }

  /** A dialog opened: shortcuts beneath it rest. */
  openLayer(layer: number): void {
    this.layers.add(layer);
    this.changed();
  }

  closeLayer(layer: number): void {
    this.layers.delete(layer);
    this.changed();
  }

  /** The shortcuts that act now, in the order in which they were registered. */
  readonly active = (): ActiveShortcut[] => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Runs what belongs to a key press; tells whether anything did. */
  dispatch(event: KeyboardEvent, { keysOf, mac, singles }: KeySettings): boolean {
    if (event.defaultPrevented || event.isComposing) return false;
    const typing = takesText(event.target);
    if (typing && event.key === "Escape") {
      // Leaves the field, not the page: what is typed stays, and single letters act again.
      if (event.target instanceof HTMLElement) event.target.blur();
      return true;
    }
    const inMenu = isInMenu(event.target);
    const match = this.snapshot.findLast((shortcut) => {
      if (inMenu && !shortcut.everywhere) return false;
      const keys = keysOf(shortcut.keys);
      if (isSingle(keys) && (typing || !singles)) return false;
      return pressed(event, keys, mac);
    });
    if (!match) return false;
    event.preventDefault();
    match.run();
    return true;
  }

  private changed(): void {
    const top = Math.max(0, ...this.layers);
    this.snapshot = [...this.registered.values()]
      .filter((shortcut) => shortcut.everywhere || shortcut.layer === top)
      .sort((left, right) => left.layer - right.layer || left.order - right.order);
    for (const listener of this.listeners) listener();
  }
}

/** The registry of this window. */
export const ShortcutContext = createContext(new ShortcutRegistry());

/** The layer that a view lies in: 0 in pages, a higher one the later its dialog opened. */
export const LayerContext = createContext(0);

/** Registers a shortcut while the calling view is shown; `null` registers nothing. */
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
  const everywhere = shortcut?.everywhere ?? false;
  useEffect(() => {
    if (!keys) return;
    registry.add(id, { keys, ...(label && { label }), inBar, ofRow, everywhere, run: () => run.current?.() }, layer);
    return () => registry.remove(id);
  }, [registry, id, keys, label, inBar, ofRow, everywhere, layer]);
}

/** Puts the calling dialog over all shortcuts beneath it, and gives its own layer. */
export function useLayer(): number {
  const registry = useContext(ShortcutContext);
  // Taken while it is drawn: a dialog within another one is drawn after it, though its effects run before.
  const [layer] = useState(() => registry.nextLayer());
  useEffect(() => {
    registry.openLayer(layer);
    return () => registry.closeLayer(layer);
  }, [registry, layer]);
  return layer;
}
