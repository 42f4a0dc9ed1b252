import { ariaKeys } from "@/lib/keys";
import styles from "./Button.module.css";
import { passFocusOn } from "./keepFocus";
import { KeyHint } from "./KeyHint";
import { useMac } from "./MacContext";
import { type Keys } from "./shortcutTable";
import { useKeysOf } from "./useKeysOf";

type Props = {
  /** The label, followed by `subject` for assistive technology. */
  words: string;
  subject: string;
  /** The shortcut that does the same. It is only shown here; registering it is up to the view. */
  keys?: Keys | undefined;
  /** Whether Tab stops here; only one row of a list does. */
  inTabOrder: boolean;
  onPress: () => void;
};

/** A lightweight small `Button`, for lists that render many rows at each key press. */
export function RowButton({ words, subject, keys, inTabOrder, onPress }: Props) {
  const mac = useMac();
  const keysOf = useKeysOf();
  return (
    <button
      type="button"
      ref={passFocusOn}
      className={styles.button}
      data-look="plain"
      data-small
      data-row
      tabIndex={inTabOrder ? undefined : -1}
      aria-keyshortcuts={keys && ariaKeys(keysOf(keys), mac)}
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
