import { type Account, type CatalogueEntry, type Definition } from "@/host/bindings";
import { score, splitWords } from "@/lib/match";

/** One thing of the catalogue that can be set up: a kind that an account creates, or a server of a list. */
export type CatalogueItem =
  | { kind: "definition"; account: Account; definition: Definition }
  | { kind: "server"; list: "known" | "file"; entry: CatalogueEntry };

/** Its name in the list. */
export function itemKey(item: CatalogueItem): string {
  return item.kind === "definition" ? `${item.account.id} ${item.definition.id}` : `${item.list} ${item.entry.id}`;
}

export function itemTitle(item: CatalogueItem): string {
  return item.kind === "definition" ? item.definition.title : item.entry.title;
}

/** Address or command, as it is shown and searched. */
export function addressText(item: CatalogueItem): string | null {
  if (item.kind === "definition") return item.definition.endpoint;
  const { reach } = item.entry;
  return reach.kind === "address" ? reach.url : reach.words.join(" ");
}

/** How one signs in, in a few words. */
export function signInWords(item: CatalogueItem): string {
  if (item.kind === "definition") {
    return item.definition.hasConsent === null
      ? "Chosen at creation"
      : item.definition.hasConsent
        ? signInLabels.oauth
        : "Key or none";
  }
  const { authentication, reach } = item.entry;
  if (reach.kind === "command") return reach.variables.length > 0 ? "Environment variables" : "None";
  if (authentication.length === 0) return "Detected when added";
  const some = authentication.filter((method) => method !== "none").map((method) => signInLabels[method]);
  if (some.length === 0) return signInLabels.none;
  return some.length < authentication.length ? `${some.join(", ")} or none` : some.join(", ");
}

const signInLabels: Record<CatalogueEntry["authentication"][number], string> = {
  none: "None",
  oauth: "Browser",
  bearer: "Token",
  headers: "Headers",
};

/** What assistive technology reads of it. */
export function itemName(item: CatalogueItem): string {
  const where =
    item.kind === "definition" ? item.account.label : item.entry.reach.kind === "command" ? "command" : "MCP server";
  return [itemTitle(item), where, `sign-in: ${signInWords(item)}`].join(", ");
}

/** Those that answer what was typed, best first; all in the order of their titles when nothing was. */
export function searchItems(items: CatalogueItem[], typed: string): CatalogueItem[] {
  const words = splitWords(typed);
  return items
    .map((item) => ({ item, title: itemTitle(item), points: score(words, searchTexts(item)) }))
    .filter((found) => found.points !== null)
    .sort((left, right) => (right.points ?? 0) - (left.points ?? 0) || left.title.localeCompare(right.title))
    .map(({ item }) => item);
}

function searchTexts(item: CatalogueItem): string[] {
  const { title, description, category } = item.kind === "definition" ? item.definition : item.entry;
  return [title, category ?? "", addressText(item) ?? "", description ?? ""];
}

/** What opening an entry does. */
export function openVerb(item: CatalogueItem): string {
  return item.kind === "definition" ? "Create" : "Add";
}

/** What a server is added from, as if it had been pasted: its address, or its command with the variables to fill in. */
export function textToAdd({ title, reach }: CatalogueEntry): string {
  if (reach.kind === "address") return reach.url;
  const [command, ...args] = reach.words;
  const env = Object.fromEntries(reach.variables.map((name) => [name, ""]));
  return JSON.stringify({ mcpServers: { [title]: { command, args, env } } }, null, 2);
}
