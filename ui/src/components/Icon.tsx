import { illustrations } from "./illustrations";
import styles from "./Icon.module.css";

export type IconName = keyof typeof illustrations;

type Props = { name: IconName; size?: 12 | 14 | 16 | 20 };

/** A Lucide drawing in the colour of its text; hidden from assistive technology, the words beside it speak. */
export function Icon({ name, size = 16 }: Props) {
  return (
    <svg className={styles.icon} data-size={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {illustrations[name]}
    </svg>
  );
}
