import { type WalletEntry, type WalletKind } from "@/host/bindings";
import { agoWords, timeLeft } from "@/lib/time";
import { count } from "@/lib/words";

export const kindWords: Record<WalletKind, string> = { bearer: "Token", headers: "Headers", oauth_client: "OAuth app", oauth: "Sign-in" };

/** The second line of an entry: what it is made of and how old. */
export function entryFacts(entry: WalletEntry): string {
  if (entry.reference) return `reference ${entry.reference}`;
  switch (entry.kind) {
    case "headers":
      return `headers ${entry.headerNames.join(", ")}`;
    case "oauth": {
      const scopes = entry.scopes.length > 0 ? count(entry.scopes.length, "scope") : null;
      return ["signed in", scopes, entry.renews ? "renews itself" : null].filter(Boolean).join(" · ");
    }
    default:
      return `${kindWords[entry.kind].toLowerCase()} · set ${agoWords(entry.replacedAt)}`;
  }
}

/** When an entry lapses, in words. */
export function expiryWords(entry: WalletEntry): string {
  if (entry.needsAuthorization) return "refused";
  if (!entry.expiresAt) return entry.kind === "oauth" ? "not known" : "never";
  return entry.renews ? "renews itself" : timeLeft(entry.expiresAt);
}
