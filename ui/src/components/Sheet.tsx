import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { isComposing } from "@/lib/keys";
import { Button } from "./Button";
import { FocusReturn } from "./FocusReturn";
import styles from "./Sheet.module.css";

type Props = {
  title: string;
  mark?: ReactNode;
  subtitle?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** Whether it takes the focus. */
  autoFocus?: boolean;
  onClose: () => void;
};

/** A non-modal dialog at the right; its list narrows and stays usable. */
export function Sheet({ title, mark, subtitle, children, footer, autoFocus = true, onClose }: Props) {
  const heading = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // By now, a field with `autoFocus` has the focus.
    if (autoFocus && !sheet.current?.contains(document.activeElement)) {
      const first = body.current?.querySelector<HTMLElement>("input, textarea, button");
      (first ?? sheet.current)?.focus();
    }
    // Only on mount.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
    event.stopPropagation();
    onClose();
  };
  return (
    // A non-modal dialog handles Escape itself; its buttons handle other keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={sheet}
      role="dialog"
      aria-labelledby={heading}
      tabIndex={-1}
      data-sheet
      className={styles.sheet}
      onKeyDown={closeOnEscape}
    >
      <FocusReturn />
      <header className={styles.header}>
        {mark}
        <div className={styles.titles}>
          <h2 id={heading} className={styles.title}>
            {title}
          </h2>
          {subtitle && <div className={styles.subtitle}>{subtitle}</div>}
        </div>
        <Button look="quiet" icon="x" label="Close" onPress={onClose} />
      </header>
      <div ref={body} className={styles.body}>
        {children}
      </div>
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </div>
  );
}
