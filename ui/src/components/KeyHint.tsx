import { showKeys } from "@/lib/keys";
import styles from "./KeyHint.module.css";
import { useMac } from "./MacContext";

type Props = { keys: string };

/** The key of an action, beside its words; assistive technology reads `aria-keyshortcuts` instead. */
export function KeyHint({ keys }: Props) {
  const mac = useMac();
  return (
    <kbd className={styles.key} aria-hidden="true">
      {showKeys(keys, mac)}
    </kbd>
  );
}
