import { type ReactNode } from "react";
import styles from "./EmptyState.module.css";
import { Icon, type IconName } from "./Icon";

type Props = { icon: IconName; title: string; children?: ReactNode; action?: ReactNode };

/** Says what would be here, with one action to get there. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className={styles.empty}>
      <Icon name={icon} size={20} />
      <div className={styles.words}>
        <div className="medium">{title}</div>
        {children && <div className="text2">{children}</div>}
        {action && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  );
}
