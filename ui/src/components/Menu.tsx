import { type ReactNode } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Icon, type IconName } from "./Icon";
import { KeyHint } from "./KeyHint";
import styles from "./Select.module.css";

export type MenuAction = {
  id: string;
  label: string;
  icon?: IconName;
  keys?: string;
  danger?: boolean;
  isDisabled?: boolean;
  onAction: () => void;
};

type Props = { label: string; trigger: ReactNode; actions: MenuAction[] };

/** A button that opens a list of actions. */
export function Menu({ label, trigger, actions }: Props) {
  // Words stand below each other, whether a sign is before them or not.
  const hasSigns = actions.some((action) => action.icon);
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover ?? ""} placement="bottom end" offset={4}>
        <AriaMenu
          aria-label={label}
          className={styles.list ?? ""}
          disabledKeys={actions.filter((action) => action.isDisabled).map((action) => action.id)}
          onAction={(key) => actions.find((action) => action.id === key)?.onAction()}
        >
          {actions.map((action) => (
            <MenuItem
              key={action.id}
              id={action.id}
              textValue={action.label}
              className={styles.item ?? ""}
              data-danger={action.danger || undefined}
            >
              {action.icon ? <Icon name={action.icon} size={14} /> : hasSigns && <span className={styles.blank} />}
              <span>{action.label}</span>
              {action.keys && (
                <span className={styles.keys}>
                  <KeyHint keys={action.keys} />
                </span>
              )}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
