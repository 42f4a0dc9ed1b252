import { Icon } from "@/components/Icon";
import { Select } from "@/components/Select";
import { type WalletEntry } from "@/host/bindings";
import styles from "./AuthenticationFields.module.css";

type Props = {
  label: string;
  entries: WalletEntry[];
  value: string | null;
  error: string | undefined;
  onChange: (id: string) => void;
};

/** Where a credential comes from: entered now, or saved in the wallet. */
export const newOrSaved: { value: "new" | "entry"; label: string }[] = [
  { value: "new", label: "New" },
  { value: "entry", label: "Saved" },
];

/** Selects an entry of the wallet. */
export function SavedEntry({ label, entries, value, error, onChange }: Props) {
  return (
    <Select
      label={label}
      placeholder="Choose a saved credential"
      options={entries.map((entry) => ({ value: entry.id, label: entry.name, note: entry.reference ?? undefined }))}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

export function ErrorText({ children }: { children: string }) {
  return (
    <span className={styles.error} role="alert">
      <Icon name="circle-alert" size={12} />
      {children}
    </span>
  );
}
