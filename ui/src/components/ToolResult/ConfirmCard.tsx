import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "../Button";
import { FocusReturn } from "../FocusReturn";
import { useShortcut } from "../shortcuts";
import { singleClick } from "../singleClick";
import styles from "./ConfirmCard.module.css";

type Props = {
  title: string;
  /** Target and identity, never truncated. */
  children: ReactNode;
  /** Label of the destructive button. */
  verb: string;
  onConfirm: () => void;
  onKeep: () => void;
};

/**
 * Replaces the button of a destructive action. Cancel has the focus, and neither the shortcut nor the double click that
 * opened the card confirms it.
 */
export function ConfirmCard({ title, children, verb, onConfirm, onKeep }: Props) {
  const id = useId();
  const card = useRef<HTMLElement>(null);
  useShortcut({ keys: "Escape", label: "Cancel", inBar: true, run: onKeep });
  useIgnoreOpeningKeys();
  useEffect(() => card.current?.scrollIntoView?.({ block: "nearest" }), []);
  return (
    <section ref={card} className={styles.confirm} role="alertdialog" aria-label={title} aria-describedby={id}>
      <FocusReturn />
      <div className="strong">{title}</div>
      <div id={id} className={styles.target} data-selectable>
        {children}
      </div>
      <div className={styles.buttons}>
        <Button look="danger" onClick={singleClick(onConfirm)}>
          {verb}
        </Button>
        <Button keys="Escape" autoFocus onPress={onKeep}>
          Cancel
        </Button>
      </div>
    </section>
  );
}

/** Keeps Enter, held down or with a modifier, from reaching any button. */
function useIgnoreOpeningKeys(): void {
  useEffect(() => {
    const ignore = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.repeat || event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("keydown", ignore, true);
    return () => removeEventListener("keydown", ignore, true);
  }, []);
}
