import { showKeys } from "@/lib/keys";
import styles from "./KeyHint.module.css";
import { useMac } from "./MacContext";
import { useKeysOf } from "./useKeysOf";

type Props = {
  /** A key combination, or the id of a shortcut. */
  keys: string;
};

/** Keys beside a label. Hidden from assistive technology, which reads `aria-keyshortcuts`. */
export function KeyHint({ keys }: Props) {
  const mac = useMac();
  const keysOf = useKeysOf();
  return (
    <kbd className={styles.key} aria-hidden="true">
      {showKeys(keysOf(keys), mac)}
    </kbd>
  );
}
