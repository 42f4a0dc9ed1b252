import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { KeyHint } from "./KeyHint";
import { ShortcutContext } from "./shortcuts";
import styles from "./StatusBar.module.css";

type Slot = { place: HTMLElement | null; setPlace: (place: HTMLElement | null) => void };

const PlaceContext = createContext<Slot>({ place: null, setPlace: () => undefined });

/** Provides the place for `StatusFacts`. */
export function StatusBarProvider({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return <PlaceContext value={{ place, setPlace }}>{children}</PlaceContext>;
}

/** The status bar: facts about the view, and its shortcuts. */
export function StatusBar() {
  const { setPlace } = useContext(PlaceContext);
  const registry = useContext(ShortcutContext);
  const active = useSyncExternalStore(registry.subscribe, registry.active);
  // Shortcuts of the view first, global ones last.
  const inBar = active.filter((shortcut) => shortcut.inBar);
  const shown = [
    ...inBar.filter((shortcut) => shortcut.keys !== "window.keys").slice(-6),
    ...inBar.filter((shortcut) => shortcut.keys === "window.keys"),
  ];
  return (
    <footer className={styles.bar}>
      <div className={styles.facts} ref={setPlace} />
      <div className={styles.keys} aria-hidden="true">
        {shown.map((shortcut) => (
          <span key={shortcut.keys + shortcut.label}>
            <KeyHint keys={shortcut.keys} /> {shortcut.label.charAt(0).toLowerCase() + shortcut.label.slice(1)}
          </span>
        ))}
      </div>
    </footer>
  );
}

/** Renders its children in the status bar. */
export function StatusFacts({ children }: { children: ReactNode }) {
  const { place } = useContext(PlaceContext);
  return place && createPortal(children, place);
}
