import { type ReactNode } from "react";
import styles from "./Settings.module.css";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Setting({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.setting}>
      <span className="text2">{name}</span>
      <span className={styles.value}>{children}</span>
    </div>
  );
}
