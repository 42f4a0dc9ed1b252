import { type Account, type CatalogueEntry, type Definition } from "@/host/bindings";

/** An entry of the catalogue: a connector type that an account can create, or a listed server. */
export type CatalogueItem =
  | { kind: "definition"; account: Account; definition: Definition }
  | { kind: "server"; list: "known" | "file"; entry: CatalogueEntry };

export function itemKey(item: CatalogueItem): string {
  return item.kind === "definition" ? `${item.account.id} ${item.definition.id}` : `${item.list} ${item.entry.id}`;
}

export function itemTitle(item: CatalogueItem): string {
  return item.kind === "definition" ? item.definition.title : item.entry.title;
}

/** Address or command for display and search. */
export function addressText(item: CatalogueItem): string | null {
  if (item.kind === "definition") return item.definition.endpoint;
  const { reach } = item.entry;
  return reach.kind === "address" ? reach.url : reach.words.join(" ");
}

/** Short description of the sign-in. */
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

/** Accessible name of a row. */
export function itemName(item: CatalogueItem): string {
  const where =
    item.kind === "definition" ? item.account.label : item.entry.reach.kind === "command" ? "command" : "MCP server";
  return [itemTitle(item), where, `sign-in: ${signInWords(item)}`].join(", ");
}

/** Texts that a search looks through, the title first. */
export function searchTexts(item: CatalogueItem): string[] {
  const { title, description, category } = item.kind === "definition" ? item.definition : item.entry;
  return [title, category ?? "", addressText(item) ?? "", description ?? ""];
}

/** Label of the button that opens an entry. */
export function openVerb(item: CatalogueItem): string {
  return item.kind === "definition" ? "Create" : "Add";
}

/** The text that adds a server as if it were pasted: its address, or its command with variables to fill in. */
export function textToAdd({ title, reach }: CatalogueEntry): string {
  if (reach.kind === "address") return reach.url;
  const [command, ...args] = reach.words;
  const env = Object.fromEntries(reach.variables.map((name) => [name, ""]));
  return JSON.stringify({ mcpServers: { [title]: { command, args, env } } }, null, 2);
}
