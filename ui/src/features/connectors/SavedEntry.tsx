import { Icon } from "@/components/Icon";
import { Select } from "@/components/Select";
import { type WalletEntry } from "@/host/bindings";
import styles from "./AuthenticationFields.module.css";

type SavedProps = {
  label: string;
  entries: WalletEntry[];
  value: string | null;
  error: string | undefined;
  onChange: (id: string) => void;
};

/** Picks one of the wallet's entries. */
export function SavedEntry({ label, entries, value, error, onChange }: SavedProps) {
  return (
    <div className={styles.saved}>
      <Select
        label={label}
        placeholder="Choose a saved credential"
        options={entries.map((entry) => ({ value: entry.id, label: entry.name, note: entry.reference ?? undefined }))}
        value={value}
        onChange={onChange}
      />
      {error && <ErrorWords>{error}</ErrorWords>}
    </div>
  );
}

/** What is wrong with a choice. */
export function ErrorWords({ children }: { children: string }) {
  return (
    <span className={styles.error} role="alert">
      <Icon name="circle-alert" size={12} />
      {children}
    </span>
  );
}
