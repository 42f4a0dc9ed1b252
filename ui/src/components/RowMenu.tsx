import { useContext, useSyncExternalStore } from "react";
import { ContextMenu, type MenuPosition } from "./Menu";
import { ShortcutContext } from "./shortcuts";

type Props = {
  /** Accessible name of the row. */
  label: string;
  /** Label of the action on Enter. */
  openLabel: string;
  at: MenuPosition | null;
  onOpen: () => void;
  onClose: () => void;
};

/** The context menu of the current row: the shortcuts that apply to it. */
export function RowMenu({ label, openLabel, at, onOpen, onClose }: Props) {
  const registry = useContext(ShortcutContext);
  const active = useSyncExternalStore(registry.subscribe, registry.active);
  const ofRow = active.filter((shortcut) => shortcut.ofRow);
  return (
    <ContextMenu
      label={label}
      at={at}
      onClose={onClose}
      actions={[
        { id: "Enter", label: openLabel, keys: "Enter", onAction: onOpen },
        ...ofRow.map(({ keys, label, run }) => ({
          id: keys,
          label,
          keys,
          danger: keys === "list.delete",
          onAction: run,
        })),
      ]}
    />
  );
}
