import { type ReactNode } from "react";
import { Icon } from "./Icon";
import styles from "./Token.module.css";

type Props = {
  /** What it says, for assistive technology. */
  name: string;
  children: ReactNode;
  isDisabled?: boolean;
  onRemove: () => void;
};

/** One of several values that stand within a field, with a way to take it out. */
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
