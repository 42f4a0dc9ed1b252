import { type ReactNode } from "react";
import { type WalletEntry } from "@/host/bindings";
import { optionsOf } from "@/lib/options";
import { Button } from "./Button";
import { Field } from "./Field";
import { ReferenceOffer } from "./ReferenceOffer";
import { type SecretDraft } from "./secretDraft";
import styles from "./SecretField.module.css";
import { SegmentedControl } from "./SegmentedControl";
import { Select } from "./Select";
import { Switch } from "./Switch";

type Props = {
  label: string;
  help?: ReactNode;
  draft: SecretDraft;
  onChange: (draft: SecretDraft) => void;
  /** Entries that can be used. */
  entries: WalletEntry[];
  /** Name of an environment variable that is set for this secret. */
  variable?: string | null;
  error?: string | null;
  isRequired?: boolean;
  autoFocus?: boolean;
  /** Whether to offer saving a new secret to the wallet. */
  canSave?: boolean;
};

/** A secret: typed, a reference, or a wallet entry. Its value is never shown again. */
export function SecretField({
  label,
  help,
  draft,
  onChange,
  entries,
  variable,
  error,
  isRequired = false,
  autoFocus = false,
  canSave = false,
}: Props) {
  const set = (changes: Partial<SecretDraft>) => onChange({ ...draft, ...changes });
  const reference = variable ? `env://${variable}` : null;
  const usesVariable = draft.from === "reference" && draft.reference === reference;
  return (
    <div role="group" aria-label={label} className={styles.secret}>
      <div className={styles.head}>
        <span className={styles.label} aria-hidden="true">
          {label}
          {isRequired && <span className={styles.required}> required</span>}
        </span>
        <span className="grow" />
        <SegmentedControl
          label={`Source of ${label}`}
          segments={[
            ...optionsOf({ new: "New", reference: "Secret reference" }),
            ...(entries.length > 0 ? optionsOf({ entry: "Saved" }) : []),
          ]}
          value={draft.from}
          onChange={(from) => set({ from })}
        />
      </div>
      {draft.from === "new" && (
        <>
          <Field
            label={label}
            hideLabel
            type="password"
            mono
            autoFocus={autoFocus}
            isRequired={isRequired}
            autoComplete="new-password"
            value={draft.secret}
            onChange={(secret) => set({ secret })}
            error={error}
            help={help}
          />
          <ReferenceOffer
            text={draft.secret}
            onUse={() => set({ from: "reference", reference: draft.secret.trim(), secret: "" })}
          />
          {canSave && draft.secret !== "" && (
            <Switch
              isSelected={draft.saveAs != null}
              onChange={(save) => set({ saveAs: save ? label : null })}
              help="Reuse it elsewhere and rotate it in one step."
            >
              Save to wallet
            </Switch>
          )}
          {canSave && draft.secret !== "" && draft.saveAs != null && (
            <Field label="Credential name" value={draft.saveAs} onChange={(saveAs) => set({ saveAs })} />
          )}
        </>
      )}
      {draft.from === "reference" && (
        <Field
          label={label}
          hideLabel
          mono
          isRequired={isRequired}
          placeholder="env://API_KEY"
          value={draft.reference}
          onChange={(typed) => set({ reference: typed })}
          error={error}
          help={
            usesVariable
              ? "Set in Patchbay's environment. Read on each use; only the name is saved."
              : "Read on each use. Only the reference is saved."
          }
        />
      )}
      {draft.from === "entry" && (
        <Select
          label={label}
          hideLabel
          placeholder="Choose a saved credential"
          options={entries.map((entry) => ({ value: entry.id, label: entry.name, note: entry.reference ?? undefined }))}
          value={draft.entry}
          onChange={(entry) => set({ entry })}
          error={error}
        />
      )}
      {variable && reference && !usesVariable && (
        <div>
          <Button small icon="square-terminal" onPress={() => set({ from: "reference", reference })}>
            <span>
              Use environment variable <span className="mono">{variable}</span>
            </span>
          </Button>
        </div>
      )}
    </div>
  );
}
