import { type ReactNode } from "react";
import { Icon, type IconName } from "./Icon";
import { type Tone } from "./StatusGlyph";
import styles from "./Tag.module.css";

type Props = { children: ReactNode; icon?: IconName; tone?: Tone; mono?: boolean; title?: string };

/** A short fact, such as a version, an effect, or a label of the user's. */
export function Tag({ children, icon, tone, mono = false, title }: Props) {
  return (
    <span className={styles.tag} data-tone={tone} data-mono={mono || undefined} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}
