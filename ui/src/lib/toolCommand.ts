import { isJsonNumber } from "./exactNumber";
import { isRedacted } from "./redacted";
import { replaceSecrets } from "./schema/secretValues";
import { type AnySchema, isObject, type JsonObject } from "./schema/schema";

type RunOptions = {
  /** Name of a platform's credential. */
  credential?: string | null;
  asTask?: boolean;
  /** In seconds; `null` for the default. */
  timeout?: number | null;
};

/**
 * The command line that runs a tool: `patchbay tool run CONNECTOR TOOL key=value key:=json`, quoted for POSIX shells.
 * `connector` is its short name. Secrets are left for the user to fill in.
 */
export function toolCommand(
  connector: string,
  tool: string,
  schema: AnySchema,
  values: JsonObject,
  { credential = null, asTask = false, timeout = null }: RunOptions = {},
): string {
  const options = [
    ...(credential === null ? [] : ["--credential", credential]),
    ...(asTask ? ["--as-task"] : []),
    ...(timeout === null ? [] : ["--timeout", String(timeout)]),
  ];
  return commandWith(["patchbay", "tool", "run", connector, tool, ...options], schema, values);
}

/** The command line that calls an operation: `patchbay api ACCOUNT OPERATION …`. */
export function apiCommand(account: string, operation: string, schema: AnySchema, values: JsonObject): string {
  return commandWith(["patchbay", "api", account, operation], schema, values);
}

/**
 * Text becomes `key=value`, everything else `key:=json`. Arguments with secrets, and keys that the command line could
 * not parse, go to standard input as one JSON object.
 */
function commandWith(words: string[], schema: AnySchema, values: JsonObject): string {
  const given = Object.entries(withoutSecrets(values, schema)).filter(([, value]) => value !== undefined);
  const isWord = ([key, value]: [string, unknown]) =>
    isPlainKey(key) && !isStandardInput(value) && !MARKS.test(JSON.stringify(value));
  const command = [...words, ...given.filter(isWord).map(([key, value]) => argument(key, value))]
    .map(shellQuote)
    .join(" ");
  const others = given.filter((entry) => !isWord(entry));
  if (others.length === 0) return command;
  return `printf %s ${withVariables(shellQuote(inertJson(Object.fromEntries(others))))} | ${command} -`;
}

/** Encloses variable names in JSON text; keys and arguments do not contain this character. */
const MARK = "\u{f0000}";
const MARKS = new RegExp(`"?${MARK}(text|json):(\\w+)${MARK}"?`, "u");

/** Replaces each secret by a marked variable. */
function withoutSecrets(values: JsonObject, schema: AnySchema): JsonObject {
  const taken = new Set<string>();
  const variable = (value: unknown, name: string) => {
    // The prefix avoids overwriting the shell's variables.
    const stem = `SECRET_${name.replace(/\W+/g, "_").toUpperCase()}`;
    let free = stem;
    for (let n = 2; taken.has(free); n += 1) free = `${stem}_${n}`;
    taken.add(free);
    return `${MARK}${typeof value === "string" ? "text" : "json"}:${free}${MARK}`;
  };
  const hide = (value: unknown, name: string): unknown => {
    if (isRedacted(value)) return variable(value, name);
    if (Array.isArray(value)) return value.map((item) => hide(item, name));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [isRedacted(key) ? variable(key, name) : key, hide(member, key)]),
    );
  };
  const hidden = hide(replaceSecrets(values, schema, variable), "");
  return isObject(hidden) ? hidden : {};
}

/**
 * Replaces the marks in quoted JSON by shell variables that must be set. Only `printf`, a shell builtin, sees the
 * secrets.
 */
function withVariables(quoted: string): string {
  return quoted.replace(new RegExp(MARKS.source, "gu"), (_place, kind: string, name: string) =>
    kind === "text" ? `"'"\${${name}:?}"'"` : `'"\${${name}:?}"'`,
  );
}

function argument(key: string, value: unknown): string {
  return typeof value === "string" ? `${key}=${value}` : `${key}:=${JSON.stringify(value)}`;
}

function isPlainKey(key: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(key);
}

/** The command line reads a lone `-` from standard input. */
function isStandardInput(value: unknown): boolean {
  return value === "-";
}

/** Whether a terminal acts on the character when it is pasted, even between quotes, as on Ctrl-C. */
function isControl(sign: string): boolean {
  const code = sign.charCodeAt(0);
  return code < 0x20 ? sign !== "\t" && sign !== "\n" : code >= 0x7f && code < 0xa0;
}

/** JSON text without characters that a terminal acts on. */
function inertJson(value: unknown): string {
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped);
}

/** Quotes a word for a POSIX shell if needed; one with control signs for shells with `$'…'`, and inert for others. */
export function shellQuote(word: string): string {
  if (word !== "" && (/^[\w@%+=:,./-]+$/.test(word) || isJsonNumber(word))) return word;
  if ([...word].some(isControl)) return `$'${[...new TextEncoder().encode(word)].map(escapedByte).join("")}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A byte of UTF-8 between `$'` and `'`. */
function escapedByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
  return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
}
