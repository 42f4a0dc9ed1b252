import { type ReactNode, useEffect, useId } from "react";
import { Button } from "../Button";
import { FocusReturn } from "../FocusReturn";
import { useShortcut } from "../shortcuts";
import styles from "./ConfirmCard.module.css";

type Props = {
  title: string;
  /** Target and identity, uncut. */
  children: ReactNode;
  /** What the red button does; the title repeats it. */
  verb: string;
  onConfirm: () => void;
  onKeep: () => void;
};

/**
 * Takes the place of the button that would destroy something. Cancel has the focus; the keys that opened this do not
 * confirm it, however often they are pressed.
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

/** The keys that opened this, held down or pressed again, reach no button: neither confirms nor leaves by them. */
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
