import { type KeyboardEvent, useContext, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { KeyHint } from "@/components/KeyHint";
import { useMac } from "@/components/MacContext";
import { ErrorNotice } from "@/components/ProblemNotice";
import { type ActiveShortcut, ShortcutContext } from "@/components/shortcuts";
import {
  findConflict,
  findShortcut,
  groups,
  isOverridden,
  listKeys,
  type ShortcutId,
  withKeys,
} from "@/components/shortcutTable";
import { OverridesContext, useKeysOf } from "@/components/useKeysOf";
import { useChangePreferences } from "@/host/preferences";
import { keysOfPress, showKeys } from "@/lib/keys";
import styles from "./CheatSheet.module.css";

/** Lists every shortcut, those of the current page first, and lets the user change their keys. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  const registry = useContext(ShortcutContext);
  // The shortcuts that were active when the sheet opened, not those of the sheet itself.
  const [here] = useState(() => registry.active());
  const overrides = useContext(OverridesContext);
  const mac = useMac();
  const change = useChangePreferences({ showsError: true });
  const [refused, setRefused] = useState<string | null>(null);
  const rows = listKeys(overrides, mac);
  const setKeys = (id: ShortcutId, keys: string | null) =>
    change.mutate({ shortcuts: withKeys(overrides, id, keys, mac) });
  const group = { onChange: setKeys, onRefused: setRefused };
  return (
    <Dialog
      title="Keyboard shortcuts"
      subtitle="Select keys to change them"
      wide
      notice={
        (refused && (
          <p className={styles.refused} role="alert">
            {refused}
          </p>
        )) ??
        (change.error && <ErrorNotice error={change.error} />)
      }
      footer={
        <>
          <Button keys="Escape" onPress={onClose}>
            Close
          </Button>
          <Button
            icon="rotate-ccw"
            isDisabled={!rows.some(({ id }) => id && isOverridden(id, overrides))}
            onPress={() => change.mutate({ shortcuts: {} })}
          >
            Reset all
          </Button>
        </>
      }
      onClose={onClose}
    >
      <div className={styles.columns}>
        <Group title="This page" rows={here.filter(isOfPage).map(rowOf)} {...group} />
        {groups.map((title) => (
          <Group key={title} title={title} rows={rows.filter((row) => row.group === title)} {...group} />
        ))}
      </div>
    </Dialog>
  );
}

type Row = { id: ShortcutId | null; label: string; keys: readonly string[] };

function isOfPage({ keys }: ActiveShortcut): boolean {
  return findShortcut(keys)?.group !== "Anywhere";
}

function rowOf({ keys, label }: ActiveShortcut): Row {
  return { id: findShortcut(keys) && (keys as ShortcutId), label, keys: [keys] };
}

type Changes = {
  onChange: (id: ShortcutId, keys: string | null) => void;
  /** Reports why keys cannot be assigned; `null` clears the message. */
  onRefused: (why: string | null) => void;
};

function Group({ title, rows, ...changes }: Changes & { title: string; rows: Row[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.head}>{title}</h3>
      <ul>
        {rows.map(({ id, label, keys }) => (
          <li key={label + (id ?? keys.join())} className={styles.entry}>
            <span>{label}</span>
            {id ? <Chosen id={id} label={label} {...changes} /> : <Fixed keys={keys} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fixed({ keys }: { keys: readonly string[] }) {
  const [first = "", last = ""] = [keys[0], keys.at(-1)];
  const shown = keys.length > 4 ? [first, "–", last] : keys;
  return (
    <span className={styles.keys}>{shown.map((one) => (one === "–" ? one : <KeyHint key={one} keys={one} />))}</span>
  );
}

/** The keys of a shortcut, with buttons to change or reset them. */
function Chosen({ id, label, onChange, onRefused }: Changes & { id: ShortcutId; label: string }) {
  const overrides = useContext(OverridesContext);
  const keysOf = useKeysOf();
  const mac = useMac();
  const [isWaiting, setIsWaiting] = useState(false);
  const setWaiting = (next: boolean) => {
    setIsWaiting(next);
    onRefused(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (!isWaiting || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") setWaiting(false);
    if (/^(Escape|Shift|Control|Alt|AltGraph|Meta)$/.test(event.key)) return;
    const keys = keysOfPress(event.nativeEvent, mac);
    const other = keys && findConflict(id, keys, overrides, mac);
    if (!keys) onRefused("This key can't be a shortcut. Press other keys.");
    else if (other) onRefused(`“${other}” already has ${showKeys(keys, mac)}. Press other keys.`);
    else {
      setWaiting(false);
      onChange(id, keys);
    }
  };
  return (
    <span className={styles.keys}>
      {isOverridden(id, overrides) && (
        <Button look="quiet" small icon="rotate-ccw" label={`Reset ${label}`} onPress={() => onChange(id, null)} />
      )}
      <button
        type="button"
        className={styles.change}
        aria-label={isWaiting ? `Press new keys for ${label}` : `Change ${label}, ${showKeys(keysOf(id), mac)}`}
        onClick={(event) => {
          // On macOS, WebKit does not focus a clicked button.
          event.currentTarget.focus();
          setWaiting(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => isWaiting && setWaiting(false)}
      >
        {isWaiting ? "Press new keys" : <KeyHint keys={id} />}
      </button>
    </span>
  );
}
