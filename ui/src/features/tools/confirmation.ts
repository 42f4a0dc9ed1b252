import { type Tool } from "@/host/bindings";
import { argumentWords, isPlain } from "@/lib/argumentWords";
import { isRedacted } from "@/lib/redacted";
import { redactSecrets } from "@/lib/schema/secretValues";
import { asSchema, type JsonObject, requiredNames } from "@/lib/schema/schema";

/**
 * Describes the target of a destructive run by its arguments, required ones first. Nothing is truncated, because
 * the user has to see the whole target. Secrets are named, not shown.
 */
export function targetWords(tool: Tool, values: JsonObject): string {
  const schema = asSchema(tool.inputSchema);
  const shown = redactSecrets(values, schema);
  const required = requiredNames(schema);
  const names = [...required, ...Object.keys(shown).filter((name) => !required.includes(name))];
  return names.flatMap((name) => argumentWords(name, shown[name]) ?? []).join(", ");
}

/** `Delete branch release/1.4?`: the action, with the value of an argument that it names, unless that is secret. */
export function confirmationTitle(verb: string, tool: Tool, values: JsonObject): string {
  const words = verb.toLowerCase().split(/\s+/);
  const shown = redactSecrets(values, asSchema(tool.inputSchema));
  const name = Object.keys(shown).find(
    (key) => words.includes(key.toLowerCase()) && isPlain(shown[key]) && !isRedacted(shown[key]),
  );
  return name === undefined ? `${verb}?` : `${verb} ${String(shown[name])}?`;
}
