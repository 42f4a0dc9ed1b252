import { type ReactNode } from "react";
import styles from "./ConnectorPage.module.css";

/** A section of a connector's page. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
