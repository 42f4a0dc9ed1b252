import { type Account, type CatalogueEntry, type Definition } from "@/host/bindings";
import { score, wordsOf } from "@/lib/match";

/** One thing of the catalogue that can be set up: a kind that an account creates, or a server of a list. */
export type Offer =
  | { kind: "definition"; account: Account; definition: Definition }
  | { kind: "server"; list: "known" | "file"; entry: CatalogueEntry };

/** Its name in the list. */
export function offerKey(offer: Offer): string {
  return offer.kind === "definition" ? `${offer.account.id} ${offer.definition.id}` : `${offer.list} ${offer.entry.id}`;
}

export function offerTitle(offer: Offer): string {
  return offer.kind === "definition" ? offer.definition.title : offer.entry.title;
}

/** Address or command, as it is shown and searched. */
export function reachText(offer: Offer): string | null {
  if (offer.kind === "definition") return offer.definition.endpoint;
  const { reach } = offer.entry;
  return reach.kind === "address" ? reach.url : reach.words.join(" ");
}

/** How one signs in, in a few words. */
export function signInWords(offer: Offer): string {
  if (offer.kind === "definition") {
    return offer.definition.hasConsent === null ? "asks when it is created" : offer.definition.hasConsent ? ways.oauth : "key or none";
  }
  const { authentication, reach } = offer.entry;
  if (reach.kind === "command") return reach.variables.length > 0 ? "variables of its environment" : "none";
  if (authentication.length === 0) return "found out when it is added";
  const some = authentication.filter((way) => way !== "none").map((way) => ways[way]);
  if (some.length === 0) return ways.none;
  return some.length < authentication.length ? `${some.join(", ")} or none` : some.join(", ");
}

const ways: Record<CatalogueEntry["authentication"][number], string> = { none: "none", oauth: "consent in the browser", bearer: "token", headers: "headers" };

/** What assistive technology reads of it. */
export function offerName(offer: Offer): string {
  const where = offer.kind === "definition" ? offer.account.label : offer.entry.reach.kind === "command" ? "command" : "MCP server";
  return [offerTitle(offer), where, `sign-in: ${signInWords(offer)}`].join(", ");
}

/** Those that answer what was typed, best first; all in the order of their titles when nothing was. */
export function matchingOffers(offers: Offer[], typed: string): Offer[] {
  const words = wordsOf(typed);
  return offers
    .map((offer) => ({ offer, title: offerTitle(offer), points: score(words, textsOf(offer)) }))
    .filter((found) => found.points !== null)
    .sort((left, right) => (right.points ?? 0) - (left.points ?? 0) || left.title.localeCompare(right.title))
    .map(({ offer }) => offer);
}

function textsOf(offer: Offer): string[] {
  const { title, description, category } = offer.kind === "definition" ? offer.definition : offer.entry;
  return [title, category ?? "", reachText(offer) ?? "", description ?? ""];
}
