import { type ReactNode } from "react";
import styles from "./TwoLines.module.css";

type Props = {
  first: ReactNode;
  second?: ReactNode;
  /** The whole of the second line, where it is cut. */
  title?: string | undefined;
  indent?: boolean;
  /** Whether the second line says that something failed. */
  failed?: boolean;
};

/** Two lines of a row's cell; when compact the second moves beside the first and gives way. */
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
