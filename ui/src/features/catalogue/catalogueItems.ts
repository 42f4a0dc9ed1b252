import { type Account, type CatalogueEntry, type Definition } from "@/host/bindings";

/** An entry of the catalogue: a connector type that an account can create, or a listed server. */
export type CatalogueItem = Pick<Definition, "title" | "description" | "category"> & {
  key: string;
  /** Address or command. */
  address: string | null;
  isCommand: boolean;
  /** Short description of the sign-in. */
  signIn: string;
  /** What its account or kind is called in the accessible name of its row. */
  where: string;
  /** Label of the button that opens it. */
  verb: "Create" | "Add";
} & (
    | { kind: "definition"; account: Account; definition: Definition }
    | { kind: "server"; list: "known" | "file"; entry: CatalogueEntry }
  );

export function definitionItem(account: Account, definition: Definition): CatalogueItem {
  const { id, endpoint, hasConsent } = definition;
  return {
    ...definition,
    kind: "definition",
    account,
    definition,
    key: `${account.id} ${id}`,
    address: endpoint,
    isCommand: false,
    signIn: hasConsent === null ? "Chosen at creation" : hasConsent ? signInLabels.oauth : "Key or none",
    where: account.label,
    verb: "Create",
  };
}

export function serverItem(list: "known" | "file", entry: CatalogueEntry): CatalogueItem {
  const { id, reach } = entry;
  const isCommand = reach.kind === "command";
  return {
    ...entry,
    kind: "server",
    list,
    entry,
    key: `${list} ${id}`,
    address: isCommand ? reach.words.join(" ") : reach.url,
    isCommand,
    signIn: signInWords(entry),
    where: isCommand ? "command" : "MCP server",
    verb: "Add",
  };
}

function signInWords({ authentication, reach }: CatalogueEntry): string {
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

/** The text that adds a server as if it were pasted: its address, or its command with variables to fill in. */
export function textToAdd({ title, reach }: CatalogueEntry): string {
  if (reach.kind === "address") return reach.url;
  const [command, ...args] = reach.words;
  const variables = reach.variables.filter(({ name }) => /^\w+$/.test(name));
  const env = Object.fromEntries(variables.map(({ name }) => [name, `\${input:${name}}`]));
  const inputs = variables.map(({ name, description, isSecret }) => ({
    type: "promptString",
    id: name,
    password: isSecret,
    ...(description && { description }),
  }));
  return JSON.stringify({ mcpServers: { [title]: { command, args, env } }, inputs }, null, 2);
}
