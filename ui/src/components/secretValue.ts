import { type SecretValue } from "@/host/bindings";

/** What is typed about a secret that is text or, where its owner says so, a reference. */
export type ValueDraft = { text: string; isReference: boolean };

/** A header as it is typed; its value is a reference only where its owner says so. */
export type HeaderLine = { name: string; value: string; isReference?: boolean };

export const emptyValue: ValueDraft = { text: "", isReference: false };

/** The draft as the host takes it. */
export function secretValueOf({ text, isReference }: ValueDraft): SecretValue {
  return isReference ? { kind: "reference", reference: text.trim() } : { kind: "new", secret: text };
}

/** The headers that have a name, as the host takes them. */
export function headersOf(lines: HeaderLine[]): Record<string, SecretValue> {
  const named = lines.filter((line) => line.name.trim());
  return Object.fromEntries(
    named.map((line) => [
      line.name.trim(),
      secretValueOf({ text: line.value, isReference: line.isReference ?? false }),
    ]),
  );
}
