import { type ReactNode } from "react";
import styles from "./TwoLines.module.css";

type Props = { first: ReactNode; second?: ReactNode; indent?: boolean };

/** Two lines of a row's cell; when compact the second moves beside the first and gives way. */
export function TwoLines({ first, second, indent = false }: Props) {
  return (
    <span className={styles.lines}>
      <span className={styles.first}>{first}</span>
      {second && (
        <span className={styles.second} data-indent={indent || undefined}>
          {second}
        </span>
      )}
    </span>
  );
}
