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

/** Stands where the button was that would destroy something. The safe way out has the focus. */
export function ConfirmCard({ title, children, verb, onConfirm, onKeep }: Props) {
  const id = useId();
  useShortcut({ keys: "Mod+Enter", label: verb, inBar: true, run: onConfirm });
  useShortcut({ keys: "Escape", label: "Cancel", inBar: true, inFields: true, run: onKeep });
  useIgnoreKeyRepeat();
  return (
    <section className={styles.confirm} role="alertdialog" aria-label={title} aria-describedby={id}>
      <FocusReturn />
      <div className="strong">{title}</div>
      <div id={id} className={styles.target} data-selectable>
        {children}
      </div>
      <div className={styles.buttons}>
        <Button look="danger" keys="Mod+Enter" onPress={onConfirm}>
          {verb}
        </Button>
        <Button keys="Escape" autoFocus onPress={onKeep}>
          Cancel
        </Button>
      </div>
    </section>
  );
}

/** The keys that opened this are perhaps still held down: their repetition must not confirm. */
function useIgnoreKeyRepeat(): void {
  useEffect(() => {
    const ignoreRepeat = (event: KeyboardEvent) => {
      if (event.repeat && event.key === "Enter") event.stopImmediatePropagation();
    };
    addEventListener("keydown", ignoreRepeat, true);
    return () => removeEventListener("keydown", ignoreRepeat, true);
  }, []);
}
