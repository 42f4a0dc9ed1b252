import styles from "./Skeleton.module.css";

type Props = { rows?: number; label: string; oneLine?: boolean };

/** Placeholder for a list that loads; invisible for the first 150 ms. */
export function Skeleton({ rows = 6, label, oneLine = false }: Props) {
  return (
    <div className={styles.shapes} role="status" aria-label={label} data-one-line={oneLine || undefined}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.row} aria-hidden="true">
          <span className={styles.mark} />
          <span className={styles.words} data-length={index % 3} />
          <span className={styles.fact} />
        </div>
      ))}
    </div>
  );
}
