import { type WalletEntry, type WalletKind } from "@/host/bindings";
import { ago, until } from "@/lib/time";
import { capital, count, joinTexts } from "@/lib/words";

const kindWords: Record<WalletKind, string> = {
  bearer: "Token",
  headers: "Headers",
  variables: "Variables",
  oauth_client: "OAuth app",
  oauth: "Sign-in",
};

export function entryKind(entry: WalletEntry): string {
  return entry.reference ? "Secret reference" : kindWords[entry.kind];
}

/** The second line of an entry. */
export function entryFacts(entry: WalletEntry, now: Date): string {
  if (entry.reference) return entry.reference;
  switch (entry.kind) {
    case "headers":
    case "variables":
      return entry.headerNames.join(", ");
    case "oauth":
      return joinTexts(
        " · ",
        entry.needsAuthorization ? "Signed out" : "Signed in",
        entry.scopes.length > 0 && count(entry.scopes.length, "scope"),
      );
    default:
      return `Set ${ago(entry.replacedAt, now)}`;
  }
}

/** When an entry expires. */
export function expiryWords(entry: WalletEntry, now: Date): string {
  if (entry.needsAuthorization) return entry.kind === "oauth" ? "Needs sign-in" : "Rejected";
  if (!entry.expiresAt) return entry.kind === "oauth" ? "Unknown" : "Never";
  return entry.renews ? "Renews automatically" : capital(until(entry.expiresAt, now));
}

/** The same with a verb, where no column header says what it is. */
export function expiryName(entry: WalletEntry, now: Date): string {
  const words = expiryWords(entry, now);
  if (words === "Never") return "Never expires";
  if (words.startsWith("In ")) return `Expires ${words.toLowerCase()}`;
  return words === "Unknown" ? "Expiry unknown" : words;
}
