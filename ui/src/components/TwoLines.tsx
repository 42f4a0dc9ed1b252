import { type ReactNode } from "react";
import styles from "./TwoLines.module.css";

type Props = {
  first: ReactNode;
  second?: ReactNode;
  /** Tooltip of the second line, which may be truncated. */
  title?: string | undefined;
  indent?: boolean;
  /** Whether the second line is an error. */
  failed?: boolean;
};

/** Two lines of a cell. In compact rows the second is beside the first, and is truncated earlier. */
export function TwoLines({ first, second, title, indent = false, failed = false }: Props) {
  return (
    <span className={styles.lines}>
      <span className={styles.first}>{first}</span>
      {second && (
        <span
          className={styles.second}
          title={title}
          data-indent={indent || undefined}
          data-failed={failed || undefined}
        >
          {second}
        </span>
      )}
    </span>
  );
}
