import { type ReactNode } from "react";
import { Switch as AriaSwitch } from "react-aria-components";
import { StatusGlyph } from "./StatusGlyph";
import styles from "./Switch.module.css";

type Props = {
  children: ReactNode;
  help?: string;
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  /** Id of a description that is shown elsewhere. */
  describedBy?: string;
  isDisabled?: boolean;
  /** Whether the shown state is still being applied; takes no other and keeps the focus until then. */
  isPending?: boolean;
};

export function Switch({ children, help, isSelected, onChange, describedBy, isDisabled, isPending }: Props) {
  return (
    <AriaSwitch
      className={styles.switch ?? ""}
      isSelected={isSelected}
      onChange={onChange}
      aria-describedby={describedBy}
      isDisabled={isDisabled}
      isReadOnly={isPending}
    >
      <span className={styles.track} aria-hidden="true" />
      <span className={styles.words}>
        <span>{children}</span>
        {help && <span className={styles.help}>{help}</span>}
      </span>
      {isPending && (
        <span className={styles.pending}>
          <StatusGlyph name="authorizing" />
        </span>
      )}
    </AriaSwitch>
  );
}
