import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { KeyHint } from "./KeyHint";
import { ShortcutContext } from "./shortcuts";
import styles from "./StatusBar.module.css";

type Slot = { place: HTMLElement | null; setPlace: (place: HTMLElement | null) => void };

const PlaceContext = createContext<Slot>({ place: null, setPlace: () => undefined });

/** Lets views put facts into the status bar. */
export function StatusBarProvider({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return <PlaceContext value={{ place, setPlace }}>{children}</PlaceContext>;
}

/** The foot of the window: facts of this view at the left, its keys at the right. */
export function StatusBar() {
  const { setPlace } = useContext(PlaceContext);
  const registry = useContext(ShortcutContext);
  const active = useSyncExternalStore(registry.subscribe, registry.active);
  // Keys of the view first, those that work everywhere last.
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

/** Facts of the view that renders it; each child is one fact. */
export function StatusFacts({ children }: { children: ReactNode }) {
  const { place } = useContext(PlaceContext);
  return place && createPortal(children, place);
}
