import { showKeys } from "@/lib/keys";
import styles from "./KeyHint.module.css";
import { useMac } from "./MacContext";
import { useKeysOf } from "./useKeysOf";

type Props = {
  /** Keys, or the shortcut whose keys they are. */
  keys: string;
};

/** The key of an action, beside its words; assistive technology reads `aria-keyshortcuts` instead. */
export function KeyHint({ keys }: Props) {
  const mac = useMac();
  const keysOf = useKeysOf();
  return (
    <kbd className={styles.key} aria-hidden="true">
      {showKeys(keysOf(keys), mac)}
    </kbd>
  );
}
