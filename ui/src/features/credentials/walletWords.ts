import { type WalletEntry, type WalletKind } from "@/host/bindings";
import { agoWords, timeLeft } from "@/lib/time";
import { count } from "@/lib/words";

const kindWords: Record<WalletKind, string> = { bearer: "Token", headers: "Headers", oauth_client: "OAuth app", oauth: "Sign-in" };

/** What kind of secret it is; a reference stands for one that lies elsewhere. */
export function entryKind(entry: WalletEntry): string {
  return entry.reference ? "Reference" : kindWords[entry.kind];
}

/** The second line of an entry: what it is made of and how old. */
export function entryFacts(entry: WalletEntry): string {
  if (entry.reference) return entry.reference;
  switch (entry.kind) {
    case "headers":
      return entry.headerNames.join(", ");
    case "oauth":
      return [entry.needsAuthorization ? "was signed in" : "signed in", entry.scopes.length > 0 && count(entry.scopes.length, "scope")].filter(Boolean).join(" · ");
    default:
      return `set ${agoWords(entry.replacedAt)}`;
  }
}

/** When an entry lapses, in words. */
export function expiryWords(entry: WalletEntry): string {
  if (entry.needsAuthorization) return entry.kind === "oauth" ? "needs sign-in" : "refused";
  if (!entry.expiresAt) return entry.kind === "oauth" ? "not known" : "never";
  return entry.renews ? "renews itself" : timeLeft(entry.expiresAt);
}

/** The same where no head says what it is about. */
export function expiryName(entry: WalletEntry): string {
  const words = expiryWords(entry);
  if (words === "never") return "never expires";
  return words === "not known" ? "expiry not known" : words;
}
