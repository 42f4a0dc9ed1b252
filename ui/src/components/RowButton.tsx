import { type KeyboardEvent } from "react";
import { ariaKeys } from "@/lib/keys";
import styles from "./Button.module.css";
import { KeyHint } from "./KeyHint";
import { useMac } from "./MacContext";
import { type Keys } from "./shortcutTable";
import { useKeysOf } from "./useKeysOf";

type Props = {
  /** The words, and what the button is about: assistive technology reads both. */
  words: string;
  subject: string;
  /** The shortcut that does the same; shown in the button, registered elsewhere. */
  keys?: Keys | undefined;
  /** Whether Tab stops here: one row of a list has that. */
  inTabOrder: boolean;
  onPress: () => void;
};

/** A small `Button` of one element, for lists that draw many rows at each key. */
export function RowButton({ words, subject, keys, inTabOrder, onPress }: Props) {
  const mac = useMac();
  const keysOf = useKeysOf();
  return (
    <button
      type="button"
      className={styles.button}
      data-look="plain"
      data-small
      data-row
      tabIndex={inTabOrder ? undefined : -1}
      aria-keyshortcuts={keys && ariaKeys(keysOf(keys), mac)}
      onKeyDown={keepPress}
      onClick={onPress}
    >
      <span>
        {words}
        <span className="unseen">, {subject}</span>
      </span>
      {keys && <KeyHint keys={keys} />}
    </button>
  );
}

/** A key that presses the button is no shortcut of the page. */
function keepPress(event: KeyboardEvent): void {
  if (event.key === "Enter" || event.key === " ") event.stopPropagation();
}
