import { isJsonNumber } from "./exactNumber";
import { type JsonObject } from "./schema/schema";

/**
 * The command line that runs a tool with these arguments: `patchbay tool run CONNECTOR TOOL
 * key=value key:=json`, quoted for POSIX shells. `connector` is its short name, `credential` the name of one that
 * its platform keeps.
 */
export function toolCommand(connector: string, tool: string, values: JsonObject, credential: string | null = null): string {
  return commandWith(["patchbay", "tool", "run", connector, tool, ...(credential === null ? [] : ["--as", credential])], values);
}

/** The command line that calls an operation as the account of that label: `patchbay api ACCOUNT OPERATION …`. */
export function apiCommand(account: string, operation: string, values: JsonObject): string {
  return commandWith(["patchbay", "api", account, operation], values);
}

/**
 * Text goes as `key=value`; everything else as `key:=json`. A key that the command line could not tell
 * from its sign goes into one JSON object on standard input instead.
 */
function commandWith(words: string[], values: JsonObject): string {
  const command = words.map(shellQuote).join(" ");
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  if (!entries.every(([key, value]) => isPlainKey(key) && !isStandardInput(value))) {
    return `printf %s ${shellQuote(JSON.stringify(values))} | ${command} -`;
  }
  return [command, ...entries.map(([key, value]) => shellQuote(argument(key, value)))].join(" ");
}

function argument(key: string, value: unknown): string {
  return typeof value === "string" ? `${key}=${value}` : `${key}:=${JSON.stringify(value)}`;
}

function isPlainKey(key: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(key);
}

/** A lone `-` would be read from standard input. */
function isStandardInput(value: unknown): boolean {
  return value === "-";
}

/** One word for a POSIX shell: bare where no sign means anything, else in single quotes. */
export function shellQuote(word: string): string {
  if (word !== "" && (/^[\w@%+=:,./-]+$/.test(word) || isJsonNumber(word))) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
