import { createContext, useContext } from "react";
import { type WalletEntry } from "@/host/bindings";
import { type SecretDraft } from "../secretDraft";

/** Secrets beside a form's values, by the JSON pointers of their places. */
export type FormSecrets = {
  drafts: ReadonlyMap<string, SecretDraft>;
  change: (pointer: string, draft: SecretDraft) => void;
  /** Wallet entries that can stand for one. */
  wallet: WalletEntry[];
  /** Those that the other side has already and does not tell. */
  kept: ReadonlySet<string>;
};

/** What every field of a form needs to know, besides its own value. */
type FormFacts = {
  /** The problem shown at a place, by JSON pointer. */
  problems: ReadonlyMap<string, string>;
  /** A field was left: from now on its problem is shown. */
  touch: (pointer: string) => void;
  /** Tells that the text of a field cannot be read, so that the value is not what is seen. */
  unreadable: (pointer: string, isUnreadable: boolean) => void;
  /** Set for a platform's own form: titles are shown in place of names, and secrets stay out of the value. */
  secrets?: FormSecrets;
};

export const FormContext = createContext<FormFacts>({
  problems: new Map(),
  touch: () => undefined,
  unreadable: () => undefined,
});

export function useFormFacts(): FormFacts {
  return useContext(FormContext);
}

/** Id of the field whose alternatives are being drawn: the chosen one repeats no label. */
export const OptionContext = createContext<string | null>(null);
