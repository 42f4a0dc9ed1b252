import { type FocusEvent, useCallback, useEffect, useRef, useState } from "react";
import { useClientState } from "@/host/clientState";
import { announcementKey, type Toast, toastsKey } from "@/host/toasts";
import { Button } from "./Button";
import { focusPath, passFocusBeside, restoreFocusLater } from "./keepFocus";
import { useShortcut } from "./shortcuts";
import styles from "./Toast.module.css";

const shownFor = 6000;

/** The toasts, and the polite live region of the window. */
export function Toasts() {
  const [toasts, setToasts] = useClientState(toastsKey);
  const [announcement] = useClientState(announcementKey);
  const dismiss = useCallback(
    (id: number) => setToasts((current) => current.filter((toast) => toast.id !== id)),
    [setToasts],
  );
  const before = useRef<HTMLElement[]>([]);
  const rememberFocus = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) before.current = focusPath(relatedTarget);
  };
  // The last toast takes the focus with it.
  const returnFocus = useCallback((region: HTMLElement | null) => {
    return () => {
      if (region?.contains(document.activeElement)) restoreFocusLater(before.current);
    };
  }, []);
  return (
    // A modal dialog makes the rest of the window inert, but not this.
    <div data-react-aria-top-layer="true">
      <div className="unseen" role="status" aria-live="polite">
        {announcement}
      </div>
      {toasts.length > 0 && (
        <section ref={returnFocus} className={styles.toasts} aria-label="Notifications" onFocus={rememberFocus}>
          {toasts.map((shown) => (
            <ToastCard key={shown.id} toast={shown} onEnd={dismiss} />
          ))}
        </section>
      )}
    </div>
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
  useShortcut(toast.undo ? { keys: "window.undo", run: undo } : null);
  return (
    <div
      ref={passFocusBeside}
      className={styles.toast}
      // Not on enter: a toast may appear under a pointer that is at rest.
      onPointerMove={() => setPaused(true)}
      onPointerLeave={() => setPaused(false)}
      onFocus={() => setPaused(true)}
      onBlur={() => setPaused(false)}
    >
      <span className={styles.words}>{toast.text}</span>
      {toast.undo && (
        <Button small look="quiet" keys="window.undo" onPress={undo}>
          Undo
        </Button>
      )}
      <Button small look="quiet" icon="x" label="Dismiss" onPress={() => onEnd(toast.id)} />
    </div>
  );
}
