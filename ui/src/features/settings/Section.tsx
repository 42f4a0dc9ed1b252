import { type ReactNode, type Ref } from "react";
import styles from "./Settings.module.css";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

type SettingProps = { name: string; children: ReactNode; ref?: Ref<HTMLDivElement> };

export function Setting({ name, children, ref }: SettingProps) {
  return (
    <div ref={ref} className={styles.setting}>
      <span className="text2">{name}</span>
      <span className={styles.value}>{children}</span>
    </div>
  );
}
