import { type ReactNode } from "react";
import styles from "./Section.module.css";

type Props = {
  title: string;
  /** Accessible name, where it differs from the title. */
  label?: string;
  /** Shown beside the title. */
  beside?: ReactNode;
  /** Shown at the right end of the title's line. */
  end?: ReactNode;
  children: ReactNode;
};

/** A section of a page. */
export function Section({ title, label = title, beside, end, children }: Props) {
  return (
    <section className={styles.section} aria-label={label}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {beside}
        {end && <span className="grow" />}
        {end}
      </div>
      {children}
    </section>
  );
}
