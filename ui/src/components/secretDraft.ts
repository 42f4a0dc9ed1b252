import { type GivenSecret, type SecretInput, type WalletEntryId } from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";

/** The input for one secret. Only its form holds it. */
export type SecretDraft = {
  from: "new" | "reference" | "entry";
  secret: string;
  reference: string;
  entry: WalletEntryId | null;
  /** Name in the wallet, if it is to be saved there too. */
  saveAs?: string | null;
};

export const emptyDraft: SecretDraft = { from: "new", secret: "", reference: "", entry: null };

/** Whether a secret was entered, by the selected source. */
export function isGiven(draft: SecretDraft): boolean {
  return secretInputOf(draft) !== null;
}

/** Returns the error of a draft; `null` if it is valid or empty. */
export function draftError(draft: SecretDraft): string | null {
  if (draft.from === "new" && draft.secret !== "" && draft.saveAs?.trim() === "")
    return "Enter a credential name, or turn off Save to wallet";
  if (draft.from !== "reference" || !draft.reference.trim()) return null;
  return /^\w+:\/\/\S+/.test(draft.reference.trim()) ? null : "Enter a secret reference, such as env://API_KEY";
}

/** The draft as input for the host; `null` if empty. */
export function secretInputOf(draft: SecretDraft): SecretInput | null {
  switch (draft.from) {
    case "new":
      return draft.secret.trim() === "" ? null : { kind: "new", secret: stripBearerPrefix(draft.secret.trim()) };
    case "reference":
      return draft.reference.trim() ? { kind: "reference", reference: draft.reference.trim() } : null;
    case "entry":
      return draft.entry ? { kind: "entry", entry: draft.entry } : null;
  }
}

/** The draft as input for a platform's form; `null` if empty. */
export function givenSecretOf(draft: SecretDraft): GivenSecret | null {
  const input = secretInputOf(draft);
  return input?.kind === "new" ? { ...input, saveAs: draft.saveAs?.trim() || null } : input;
}

/** The draft without a typed secret, to outlive its form. */
export function dropTypedSecret(draft: SecretDraft): SecretDraft {
  return { ...draft, secret: "" };
}

/** The drafts without typed secrets, by JSON pointer; `missing` names those that were dropped. */
export function dropTypedSecrets(drafts: ReadonlyMap<string, SecretDraft>): {
  drafts: Map<string, SecretDraft>;
  missing: string[];
} {
  const isTyped = (draft: SecretDraft) => draft.from === "new" && draft.secret !== "";
  return {
    drafts: new Map(
      [...drafts].filter(([, draft]) => !isTyped(draft)).map(([pointer, draft]) => [pointer, dropTypedSecret(draft)]),
    ),
    missing: [...drafts]
      .filter(([, draft]) => isTyped(draft))
      .map(([pointer]) => String(fromPointer(pointer).at(-1) ?? pointer)),
  };
}

/** Keys are often copied from an example, including the scheme. */
function stripBearerPrefix(secret: string): string {
  return secret.replace(/^Bearer\s+(?=\S)/i, "");
}
