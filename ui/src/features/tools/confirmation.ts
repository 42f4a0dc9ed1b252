import { type Tool } from "@/host/bindings";
import { asSchema, type JsonObject, requiredNames } from "@/lib/schema/schema";

/**
 * What a destructive run would hit, in words: the plain values among its arguments, required ones first.
 * They are never cut: whoever confirms has to see all of the target.
 */
export function targetWords(tool: Tool, values: JsonObject): string {
  const required = requiredNames(asSchema(tool.inputSchema));
  const names = [...required, ...Object.keys(values).filter((name) => !required.includes(name))];
  return names
    .filter((name) => isPlain(values[name]))
    .slice(0, 6)
    .map((name) => `${name} ${String(values[name])}`)
    .join(", ");
}

/** `Delete branch release/1.4?`: the verb with the value of the argument that it names, where there is one. */
export function confirmationTitle(verb: string, values: JsonObject): string {
  const words = verb.toLowerCase().split(/\s+/);
  const name = Object.keys(values).find((key) => words.includes(key.toLowerCase()) && isPlain(values[key]));
  return name === undefined ? `${verb}?` : `${verb} ${String(values[name])}?`;
}

function isPlain(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean";
}
