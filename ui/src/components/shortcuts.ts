import { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { isInMenu, isSingle, pressed, takesText } from "@/lib/keys";

/** A key and what it does, as long as the view that registered it is shown. */
export type Shortcut = {
  keys: string;
  label: string;
  /** Whether the status bar shows it. */
  inBar?: boolean;
  /** Whether it is for the current row of a list, whose menu has it too. */
  ofRow?: boolean;
  /** Whether it works over dialogs too. */
  everywhere?: boolean;
  /** Whether it works while a field has focus; `Mod` keys do anyway. */
  inFields?: boolean;
  run: () => void;
};

type Registered = Shortcut & { layer: number; order: number };

/** Which shortcuts exist now. The last one registered in the layer that opened last wins. */
export class ShortcutRegistry {
  private readonly registered = new Map<string, Registered>();
  private readonly layers = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private snapshot: Registered[] = [];
  private counter = 0;
  private lastLayer = 0;

  /** Adds a shortcut, or renews it under the same id. */
  add(id: string, shortcut: Shortcut, layer: number): void {
    this.registered.set(id, { ...shortcut, layer, order: this.registered.get(id)?.order ?? this.counter++ });
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
  readonly active = (): Registered[] => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Runs what belongs to a key press; tells whether anything did. */
  dispatch(event: KeyboardEvent, mac: boolean, singles: boolean): boolean {
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
      if (isSingle(shortcut.keys) && !shortcut.inFields && (typing || !singles)) return false;
      return pressed(event, shortcut.keys, mac);
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
  const label = shortcut?.label ?? "";
  const inBar = shortcut?.inBar ?? false;
  const ofRow = shortcut?.ofRow ?? false;
  const everywhere = shortcut?.everywhere ?? false;
  const inFields = shortcut?.inFields ?? false;
  useEffect(() => {
    if (!keys) return;
    registry.add(id, { keys, label, inBar, ofRow, everywhere, inFields, run: () => run.current?.() }, layer);
    return () => registry.remove(id);
  }, [registry, id, keys, label, inBar, ofRow, everywhere, inFields, layer]);
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
