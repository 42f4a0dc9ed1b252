import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "./Button";
import { useShortcut } from "./shortcuts";
import styles from "./Toast.module.css";

type Toast = { id: number; text: string; undo?: () => void };
type Toasts = {
  /** Says that something was done, with a way back; never carries a failure. */
  toast: (text: string, undo?: () => void) => void;
  /** Says something to assistive technology alone. */
  announce: (text: string) => void;
};

const ToastContext = createContext<Toasts>({ toast: () => undefined, announce: () => undefined });

/** Toasts and the polite live region. */
export function useToasts(): Toasts {
  return useContext(ToastContext);
}

const shownFor = 6000;

/** Holds the toasts of the window and its one polite live region. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const [announcement, setAnnouncement] = useState("");
  const next = useRef(0);
  const announce = useCallback((text: string) => setAnnouncement((before) => (before === text ? `${text}\u00a0` : text)), []);
  const dismiss = useCallback((id: number) => setToasts((current) => current.filter((toast) => toast.id !== id)), []);
  const toast = useCallback(
    (text: string, undo?: () => void) => {
      next.current += 1;
      const id = next.current;
      // Said again, it takes the place of what was said; each way back stays.
      setToasts((current) => [...current.filter((one) => one.text !== text || one.undo), { id, text, undo }].slice(-3));
      announce(text);
    },
    [announce],
  );
  const value = useMemo(() => ({ toast, announce }), [toast, announce]);
  return (
    <ToastContext value={value}>
      {children}
      <div className="unseen" role="status" aria-live="polite">{announcement}</div>
      {toasts.length > 0 && (
        <section className={styles.toasts} aria-label="Messages">
          {toasts.map((shown) => (
            <ToastCard key={shown.id} toast={shown} onEnd={dismiss} />
          ))}
        </section>
      )}
    </ToastContext>
  );
}

function ToastCard({ toast, onEnd }: { toast: Toast; onEnd: (id: number) => void }) {
  const [paused, setPaused] = useState(false);
  useEffect(() => {
    if (paused) return;
    const timer = setTimeout(() => onEnd(toast.id), shownFor);
    return () => clearTimeout(timer);
  }, [paused, toast.id, onEnd]);
  const undo = () => {
    toast.undo?.();
    onEnd(toast.id);
  };
  useShortcut(toast.undo ? { keys: "Mod+Z", label: "Undo", run: undo } : null);
  return (
    <div
      className={styles.toast}
      onPointerEnter={() => setPaused(true)}
      onPointerLeave={() => setPaused(false)}
      onFocus={() => setPaused(true)}
      onBlur={() => setPaused(false)}
    >
      <span className={styles.words}>{toast.text}</span>
      {toast.undo && <Button small look="quiet" keys="Mod+Z" onPress={undo}>Undo</Button>}
      <Button small look="quiet" icon="x" label="Dismiss" onPress={() => onEnd(toast.id)} />
    </div>
  );
}
