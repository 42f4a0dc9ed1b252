import { type GivenSecret, type SecretInput, type WalletEntryId } from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";

/** What is typed about one secret; held by its form only, which forgets it when it is left. */
export type SecretDraft = {
  from: "new" | "reference" | "entry";
  secret: string;
  reference: string;
  entry: WalletEntryId | null;
  /** What to call it in the wallet, where it is to be saved there too. */
  saveAs?: string | null;
};

/** A draft in which nothing has been typed yet. */
export const emptyDraft: SecretDraft = { from: "new", secret: "", reference: "", entry: null };

/** Whether anything was given, in the way that is chosen now. */
export function isGiven(draft: SecretDraft): boolean {
  return secretInputOf(draft) !== null;
}

/** What keeps a draft from being used; `null` when nothing does, or when nothing was given. */
export function draftError(draft: SecretDraft): string | null {
  if (draft.from !== "reference" || !draft.reference.trim()) return null;
  return /^\w+:\/\/\S+/.test(draft.reference.trim()) ? null : "Enter a secret reference, such as env://API_KEY";
}

/** The draft as the host takes it; `null` when nothing was given. */
export function secretInputOf(draft: SecretDraft): SecretInput | null {
  switch (draft.from) {
    case "new":
      return draft.secret === "" ? null : { kind: "new", secret: stripBearerPrefix(draft.secret.trim()) };
    case "reference":
      return draft.reference.trim() ? { kind: "reference", reference: draft.reference.trim() } : null;
    case "entry":
      return draft.entry ? { kind: "entry", entry: draft.entry } : null;
  }
}

/** The draft as a platform's form takes it; `null` when nothing was given. */
export function givenSecretOf(draft: SecretDraft): GivenSecret | null {
  const input = secretInputOf(draft);
  return input?.kind === "new" ? { ...input, saveAs: draft.saveAs?.trim() || null } : input;
}

/** The draft without a secret that was typed: what outlives a form keeps a reference or a wallet entry only. */
export function dropTypedSecret(draft: SecretDraft): SecretDraft {
  return { ...draft, secret: "" };
}

/** Drafts without typed secrets, by JSON pointer; `missing` names those that were dropped. */
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

/** Keys are often copied out of an example, together with the word before them. */
function stripBearerPrefix(secret: string): string {
  return secret.replace(/^Bearer\s+(?=\S)/i, "");
}
