import { type ReactNode, useEffect, useId } from "react";
import { Button } from "../Button";
import { FocusReturn } from "../FocusReturn";
import { useShortcut } from "../shortcuts";
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
 * Replaces the button of a destructive action. Cancel has the focus, and the shortcut that opened the card does not
 * confirm it.
 */
export function ConfirmCard({ title, children, verb, onConfirm, onKeep }: Props) {
  const id = useId();
  useShortcut({ keys: "Escape", label: "Cancel", inBar: true, run: onKeep });
  useIgnoreOpeningKeys();
  return (
    <section className={styles.confirm} role="alertdialog" aria-label={title} aria-describedby={id}>
      <FocusReturn />
      <div className="strong">{title}</div>
      <div id={id} className={styles.target} data-selectable>
        {children}
      </div>
      <div className={styles.buttons}>
        <Button look="danger" onPress={onConfirm}>
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
