import { type SecretValue } from "@/host/bindings";

/** Input for a secret, or for a reference if the user says so. */
export type ValueDraft = { text: string; isReference: boolean };

/** Input for a header; `isReference` as in {@link ValueDraft}. */
export type HeaderLine = { name: string; value: string; isReference?: boolean };

export const emptyValue: ValueDraft = { text: "", isReference: false };

/** The draft as input for the host. */
export function secretValueOf({ text, isReference }: ValueDraft): SecretValue {
  return isReference ? { kind: "reference", reference: text.trim() } : { kind: "new", secret: text };
}

/**
 * The error of lines of which one would replace another; `null` if there is none. The names of headers ignore case,
 * those of variables don't.
 */
export function repeatedName(kind: "headers" | "variables", lines: { name: string }[]): string | null {
  const keys = new Set<string>();
  for (const line of lines) {
    const name = line.name.trim();
    const key = kind === "headers" ? name.toLowerCase() : name;
    if (keys.has(key)) return `${name} is given twice`;
    keys.add(key);
  }
  return null;
}

/** The headers that have a name, as input for the host. */
export function headersOf(lines: HeaderLine[]): Record<string, SecretValue> {
  const named = lines.filter((line) => line.name.trim());
  return Object.fromEntries(
    named.map((line) => [
      line.name.trim(),
      secretValueOf({ text: line.value, isReference: line.isReference ?? false }),
    ]),
  );
}
