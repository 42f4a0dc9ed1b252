import { type ReactNode, type Ref } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components";
import { ariaKeys } from "@/lib/keys";
import styles from "./Button.module.css";
import { Icon, type IconName } from "./Icon";
import { KeyHint } from "./KeyHint";
import { useMac } from "./MacContext";
import { type Keys } from "./shortcutTable";
import { useKeysOf } from "./useKeysOf";

type Looks = "plain" | "primary" | "danger" | "quiet" | "link";

type Props = Omit<ButtonProps, "children" | "className" | "style"> & {
  look?: Looks;
  small?: boolean;
  icon?: IconName;
  /** An icon after the label, such as the arrow of a menu. */
  endIcon?: IconName;
  /** The shortcut that does the same. It is only shown here; registering it is up to the view. */
  keys?: Keys;
  /** The label. Without one, `label` must say what the button does. */
  children?: ReactNode;
  /** Accessible name of a button without a visible label. */
  label?: string;
  ref?: Ref<HTMLButtonElement>;
  testId?: string;
};

/** A button with a label, an icon or both. At most one `primary` per layer. */
export function Button({
  look = "plain",
  small = false,
  icon,
  endIcon,
  keys,
  children,
  label,
  testId,
  ...rest
}: Props) {
  const mac = useMac();
  const keysOf = useKeysOf();
  return (
    <AriaButton
      {...rest}
      {...(keys ? { "aria-keyshortcuts": ariaKeys(keysOf(keys), mac) } : {})}
      aria-label={label}
      className={styles.button ?? ""}
      data-look={look}
      data-small={small || undefined}
      data-bare={children === undefined || undefined}
      data-filled={look === "primary" || look === "danger" || undefined}
      data-testid={testId}
    >
      {icon && <Icon name={icon} size={small || children !== undefined ? 14 : 16} />}
      {children}
      {endIcon && <Icon name={endIcon} size={14} />}
      {keys && <KeyHint keys={keys} />}
    </AriaButton>
  );
}
