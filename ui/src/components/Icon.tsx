import { illustrations } from "./illustrations";
import styles from "./Icon.module.css";

export type IconName = keyof typeof illustrations;

type Props = { name: IconName; size?: 12 | 14 | 16 | 20 };

/** A Lucide icon in the colour of its text. Hidden from assistive technology: the text beside it says the same. */
export function Icon({ name, size = 16 }: Props) {
  return (
    <svg className={styles.icon} data-size={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={illustrations[name]} />
    </svg>
  );
}
