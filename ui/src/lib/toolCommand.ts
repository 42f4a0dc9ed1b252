import { isJsonNumber } from "./exactNumber";
import { isRedacted } from "./redacted";
import { replaceSecrets } from "./schema/secretValues";
import { type AnySchema, isObject, type JsonObject } from "./schema/schema";

/**
 * The command line that runs a tool with these arguments: `patchbay tool run CONNECTOR TOOL
 * key=value key:=json`, quoted for POSIX shells. `connector` is its short name, `credential` the name of one that
 * its platform keeps. What `schema` marks as secret, and what was redacted, is left for the user to fill in.
 */
export function toolCommand(
  connector: string,
  tool: string,
  schema: AnySchema,
  values: JsonObject,
  credential: string | null = null,
): string {
  return commandWith(
    ["patchbay", "tool", "run", connector, tool, ...(credential === null ? [] : ["--credential", credential])],
    schema,
    values,
  );
}

/** The command line that calls an operation as the account of that label: `patchbay api ACCOUNT OPERATION …`. */
export function apiCommand(account: string, operation: string, schema: AnySchema, values: JsonObject): string {
  return commandWith(["patchbay", "api", account, operation], schema, values);
}

/**
 * Text goes as `key=value`; everything else as `key:=json`. What holds a secret, or has a key that the command
 * line could not tell from its sign, goes into one JSON object on standard input instead.
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
  return `printf %s ${withVariables(shellQuote(JSON.stringify(Object.fromEntries(others))))} | ${command} -`;
}

/** Marks the name of a variable in JSON text, where a secret was: no key and no argument has this character. */
const MARK = "\u{f0000}";
const MARKS = new RegExp(`"?${MARK}(text|json):(\\w+)${MARK}"?`, "u");

/** The arguments with a marked variable in place of each secret. */
function withoutSecrets(values: JsonObject, schema: AnySchema): JsonObject {
  const taken = new Set<string>();
  const variable = (value: unknown, name: string) => {
    // A name of its own, so that none of the shell's is put out.
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
 * Quoted JSON whose marked places the shell fills from variables, and refuses while they are not set. Only `printf`,
 * a builtin of the shell, ever sees a secret.
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

/** A lone `-` would be read from standard input. */
function isStandardInput(value: unknown): boolean {
  return value === "-";
}

/** One word for a POSIX shell: bare where no sign means anything, else in single quotes. */
export function shellQuote(word: string): string {
  if (word !== "" && (/^[\w@%+=:,./-]+$/.test(word) || isJsonNumber(word))) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
