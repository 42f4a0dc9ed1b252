import { initials } from "@/lib/words";
import styles from "./ConnectorMark.module.css";

type Props = { title: string; icon?: string | null; size?: "small" | "medium" | "large" };

/** A connector's own icon, or two letters of its name. */
export function ConnectorMark({ title, icon, size = "medium" }: Props) {
  return (
    <span className={styles.mark} data-size={size} data-drawn={icon ? undefined : true} aria-hidden="true">
      {icon ? <img src={icon} alt="" /> : initials(title)}
    </span>
  );
}
