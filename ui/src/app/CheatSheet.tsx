import { useContext, useState } from "react";
import { Dialog } from "@/components/Dialog";
import { KeyHint } from "@/components/KeyHint";
import { ShortcutContext } from "@/components/shortcuts";
import styles from "./CheatSheet.module.css";

const inLists = [
  { keys: ["↑", "↓", "J", "K"], label: "Move" },
  { keys: ["Home", "End"], label: "First / last row" },
  { keys: ["Enter"], label: "Open" },
  { keys: ["X"], label: "Select" },
  { keys: ["Space"], label: "Preview" },
  { keys: ["Shift+F10"], label: "Menu of the row" },
  { keys: ["↓"], label: "Filter to list" },
  { keys: ["Tab"], label: "Next section" },
  { keys: ["Escape"], label: "Close" },
];

const onConnectors = [
  { keys: ["C"], label: "Sign in or fix" },
  { keys: ["D"], label: "Check" },
];

const onTools = [
  { keys: ["Mod+Enter"], label: "Run" },
  { keys: ["Mod+Shift+Enter"], label: "Dry run" },
  { keys: ["Mod+."], label: "Cancel" },
  { keys: ["Mod+J"], label: "Form or JSON" },
  { keys: ["F8"], label: "Next problem" },
  { keys: ["E"], label: "Open with last arguments" },
  { keys: ["Mod+Shift+C"], label: "Copy as command" },
];

const onRuns = [
  { keys: ["R"], label: "Run again" },
  { keys: ["E"], label: "Edit and run" },
  { keys: ["A"], label: "Run elsewhere" },
  { keys: ["Mod+D"], label: "Compare" },
];

const inSignIns = [
  { keys: ["O"], label: "Open browser again" },
  { keys: ["L"], label: "Copy link" },
  { keys: ["Mod+V"], label: "Paste the redirect address" },
  { keys: ["Mod+."], label: "Cancel sign-in" },
  { keys: ["Escape"], label: "Hide (sign-in continues)" },
];

/** The keys that work on every page. */
const ofWindow = /^(Mod\+[\dK,[\]]|Alt\+Arrow(Left|Right)|\?)$/;

/** Every key that works now, and those of lists and sign-ins. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  const registry = useContext(ShortcutContext);
  // What acted beneath this sheet when it opened, not what acts in it.
  const [here] = useState(() => registry.active());
  const page = here.filter((shortcut) => !ofWindow.test(shortcut.keys));
  const everywhere = here.filter((shortcut) => !page.includes(shortcut));
  return (
    <Dialog title="Keyboard shortcuts" wide textOnly onClose={onClose}>
      <div className={styles.columns}>
        <Group title="This page" keys={page.map(({ keys, label }) => ({ keys: [keys], label }))} />
        <Group
          title="Anywhere"
          keys={[
            ...everywhere.map(({ keys, label }) => ({ keys: [keys], label })),
            { keys: ["Mod+V"], label: "Add the address you copied" },
          ]}
        />
        <Group title="In lists" keys={inLists} />
        <Group title="On connectors" keys={onConnectors} />
        <Group title="On tools" keys={onTools} />
        <Group title="On runs" keys={onRuns} />
        <Group title="During sign-in" keys={inSignIns} />
      </div>
    </Dialog>
  );
}

function Group({ title, keys }: { title: string; keys: { keys: string[]; label: string }[] }) {
  if (keys.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.head}>{title}</h3>
      <ul>
        {keys.map((entry) => (
          <li key={entry.label + entry.keys.join()} className={styles.entry}>
            <span>{entry.label}</span>
            <span className={styles.keys}>
              {entry.keys.map((one) => (
                <KeyHint key={one} keys={one} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
