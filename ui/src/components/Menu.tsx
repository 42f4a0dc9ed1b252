import { type ReactNode } from "react";
import { Button, Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Icon, type IconName } from "./Icon";
import { KeyHint } from "./KeyHint";
import styles from "./Select.module.css";
import { type Keys } from "./shortcutTable";

type MenuAction = {
  id: string;
  label: string;
  icon?: IconName;
  keys?: Keys;
  danger?: boolean;
  isDisabled?: boolean;
  onAction: () => void;
};

/** Actions that do not apply are `false`. */
type ListProps = { label: string; actions: (MenuAction | false)[] };

/** A button with a menu. */
export function Menu({ trigger, ...list }: ListProps & { trigger: ReactNode }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover ?? ""} placement="bottom end" offset={4}>
        <Actions {...list} />
      </Popover>
    </MenuTrigger>
  );
}

/** A position in the window, in pixels. */
export type MenuPosition = { x: number; y: number };

/** A menu at a position; closed while `at` is `null`. */
export function ContextMenu({ at, onClose, ...list }: ListProps & { at: MenuPosition | null; onClose: () => void }) {
  if (!at) return null;
  return (
    <MenuTrigger isOpen onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Button
        excludeFromTabOrder
        aria-label={list.label}
        className={styles.place ?? ""}
        style={{ left: at.x, top: at.y }}
      />
      <Popover className={styles.popover ?? ""} placement="bottom start" offset={0}>
        <Actions {...list} />
      </Popover>
    </MenuTrigger>
  );
}

function Actions({ label, actions: all }: ListProps) {
  const actions = all.filter((action) => action !== false);
  // Labels align whether or not they have an icon.
  const hasSigns = actions.some((action) => action.icon);
  return (
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
  );
}
