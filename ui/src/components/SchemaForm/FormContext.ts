import { createContext, useContext } from "react";
import { type WalletEntry } from "@/host/bindings";
import { type SecretDraft } from "../secretDraft";

/** Secrets of a form, by JSON pointer; they are not part of its value. */
export type FormSecrets = {
  drafts: ReadonlyMap<string, SecretDraft>;
  change: (pointer: string, draft: SecretDraft) => void;
  /** Entries that can be used. */
  wallet: WalletEntry[];
  /** Secrets that are already set and stay hidden. */
  kept: ReadonlySet<string>;
};

/** What all fields of a form share. */
type FormFacts = {
  /** Displayed problems, by JSON pointer. */
  problems: ReadonlyMap<string, string>;
  /** Marks a field as left: from now on its problem is shown. */
  touch: (pointer: string) => void;
  /** Fields whose text cannot be parsed, by JSON pointer. */
  unread: ReadonlySet<string>;
  /** Reports that a field's text cannot be parsed, so that the value differs from the input. */
  unreadable: (pointer: string, isUnreadable: boolean) => void;
  /** Set for a platform's form: shows titles instead of names, and keeps secrets out of the value. */
  secrets?: FormSecrets;
};

export const FormContext = createContext<FormFacts>({
  problems: new Map(),
  touch: () => undefined,
  unread: new Set(),
  unreadable: () => undefined,
});

export function useFormFacts(): FormFacts {
  return useContext(FormContext);
}

/** Id of the field whose alternatives are being rendered; the selected one repeats no label. */
export const OptionContext = createContext<string | null>(null);
