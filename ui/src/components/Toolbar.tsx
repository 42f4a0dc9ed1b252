import { type ReactNode } from "react";
import { grouped } from "@/lib/words";
import styles from "./Toolbar.module.css";

type Props = { title: string; count?: number; children?: ReactNode };

/** The header of a page: title, count, and actions. */
export function Toolbar({ title, count, children }: Props) {
  return (
    <header className={styles.toolbar} data-drag>
      <h1>{title}</h1>
      {count !== undefined && <span className="text3">{grouped(count)}</span>}
      {children && <div className={styles.acts}>{children}</div>}
    </header>
  );
}
