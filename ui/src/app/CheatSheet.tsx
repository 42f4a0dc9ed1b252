import { useContext, useState } from "react";
import { Dialog } from "@/components/Dialog";
import { KeyHint } from "@/components/KeyHint";
import { ShortcutContext } from "@/components/shortcuts";
import styles from "./CheatSheet.module.css";

const inLists = [
  { keys: ["↑", "↓", "J", "K"], label: "Move" },
  { keys: ["Home", "End"], label: "First, last" },
  { keys: ["Enter"], label: "Open" },
  { keys: ["↓"], label: "From a filter into its list" },
  { keys: ["Tab"], label: "Next part of the page" },
  { keys: ["Escape"], label: "Close the layer on top" },
];

const inSignIns = [
  { keys: ["O"], label: "Open browser again" },
  { keys: ["L"], label: "Copy link" },
  { keys: ["Mod+V"], label: "Paste the address you ended on" },
  { keys: ["Mod+."], label: "Cancel sign-in" },
  { keys: ["Escape"], label: "Hide; the sign-in goes on" },
];

/** The keys that work on every page. */
const ofWindow = /^(Mod\+[\dK,]|\?)$/;

/** Every key that works now, and those of lists and sign-ins. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  const registry = useContext(ShortcutContext);
  // What acted beneath this sheet when it opened, not what acts in it.
  const [here] = useState(() => registry.active());
  const page = here.filter((shortcut) => !ofWindow.test(shortcut.keys));
  const everywhere = here.filter((shortcut) => !page.includes(shortcut));
  return (
    <Dialog title="All keys" wide onClose={onClose}>
      <div className={styles.columns}>
        <Group title="Here" keys={page.map(({ keys, label }) => ({ keys: [keys], label }))} />
        <Group title="Everywhere" keys={[...everywhere.map(({ keys, label }) => ({ keys: [keys], label })), { keys: ["Mod+V"], label: "Outside a field: add the address" }]} />
        <Group title="In lists" keys={inLists} />
        <Group title="In a sign-in" keys={inSignIns} />
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
            <span className={styles.keys}>{entry.keys.map((one) => <KeyHint key={one} keys={one} />)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
