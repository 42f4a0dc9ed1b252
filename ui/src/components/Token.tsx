import { type ReactNode } from "react";
import { Icon } from "./Icon";
import styles from "./Token.module.css";

type Props = {
  /** Accessible name of the value. */
  name: string;
  children: ReactNode;
  isDisabled?: boolean;
  onRemove: () => void;
};

/** One of several values within a field, with a button to remove it. */
export function Token({ name, children, isDisabled = false, onRemove }: Props) {
  return (
    <span className={styles.token}>
      <span className="cut">{children}</span>
      <button type="button" aria-label={`Remove ${name}`} disabled={isDisabled} onClick={onRemove}>
        <Icon name="x" size={12} />
      </button>
    </span>
  );
}
