import { type OutputUnit } from "@cfworker/json-schema";
import { inexactNumber } from "../exactNumber";
import { anyOf } from "../words";
import { isObject } from "./schema";

/** The message for a validation error. `value` is the invalid value, `rule` the keyword's value if known. */
export function problemWords({ keyword, keywordLocation, error }: OutputUnit, value: unknown, rule?: unknown): string {
  const numbers = /-?\d[\d.e+-]*/gi;
  const last = error.replace(/\.$/, "").match(numbers)?.at(-1) ?? "";
  switch (keyword) {
    case "type":
      return wrongType(/Expected (.+)\.$/.exec(error)?.[1] ?? "", value);
    case "enum":
    case "const":
      return `Choose ${listed(error)}`;
    case "minLength":
      return last === "1" ? "Enter at least one character" : `Enter at least ${last.replace(/\D/g, "")} characters`;
    case "maxLength":
      return `Enter at most ${last.replace(/\D/g, "")} characters`;
    case "pattern":
      return typeof rule === "string"
        ? `Doesn't match the required format (${rule})`
        : "Doesn't match the required format";
    case "format":
      return formatMessage(/format "(.+)"/.exec(error)?.[1] ?? "");
    case "uniqueItems":
      return "Remove duplicates";
    case "not":
      // `not` stands for a schema that is `false`.
      if (/\/(additional|unevaluated)Properties\/not$/.test(keywordLocation)) return "Unknown property";
      return isObject(value) ? "This combination isn't allowed" : "This value isn't allowed";
    case "anyOf":
    case "oneOf":
      return error.includes("(0 matches)") || keyword === "anyOf"
        ? "Doesn't match any option"
        : "Matches more than one option";
    default:
      return limits[keyword]?.(last) ?? error.replace(/\.$/, "").replace(/^Instance /, "This ");
  }
}

const limits: Partial<Record<string, (limit: string) => string>> = {
  minimum: (limit) => `Enter ${limit} or more`,
  maximum: (limit) => `Enter ${limit} or less`,
  exclusiveMinimum: (limit) => `Enter more than ${limit}`,
  exclusiveMaximum: (limit) => `Enter less than ${limit}`,
  multipleOf: (limit) => `Enter a multiple of ${limit}`,
  minItems: (limit) => `Add items: at least ${limit}`,
  maxItems: (limit) => `Remove items: at most ${limit}`,
  minProperties: (limit) => `Add properties: at least ${limit}`,
  maxProperties: (limit) => `Remove properties: at most ${limit}`,
};

function wrongType(expected: string, value: unknown): string {
  const types = [...expected.matchAll(/"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
  const expectedTypes = types.filter((type) => type !== "null");
  if (typeof value === "string" && expectedTypes.some((type) => type === "integer" || type === "number")) {
    const exact = inexactNumber(value);
    if (exact) return exact;
  }
  switch (expectedTypes.length === 1 ? expectedTypes[0] : undefined) {
    case "integer":
      return `Enter a whole number, such as ${typeof value === "number" ? String(Math.trunc(value)) : "12"}`;
    case "number":
      return "Enter a number, such as 12.5";
    case "boolean":
      return "Choose true or false";
    case "string":
      return "Enter text";
    case "array":
      return "Enter a list";
    case "object":
      return "Enter a JSON object";
    default:
      return expectedTypes.length === 0 ? "Must be null" : `Enter ${anyOf(expectedTypes)}`;
  }
}

function listed(error: string): string {
  const values = /match (?:any of )?(.+)\.$/.exec(error)?.[1] ?? "";
  try {
    const parsed: unknown = JSON.parse(values);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    if (list.length > 8) return `one of the ${list.length} values`;
    return list.length === 1
      ? JSON.stringify(list[0])
      : `one of ${list.map((value) => JSON.stringify(value)).join(", ")}`;
  } catch {
    return values;
  }
}

const formats: Record<string, string> = {
  date: "Enter a date, such as 2026-11-20",
  "date-time": "Enter a date and time, such as 2026-11-20T09:41:00Z",
  time: "Enter a time, such as 09:41:00Z",
  email: "Enter an email address, such as name@example.com",
  uri: "Enter a URL, such as https://example.com",
  uuid: "Enter a UUID",
  ipv4: "Enter an IPv4 address, such as 192.0.2.1",
  hostname: "Enter a host name, such as example.com",
  duration: "Enter a duration, such as PT30S",
};

function formatMessage(format: string): string {
  return formats[format] ?? `Enter a valid ${format}`;
}
