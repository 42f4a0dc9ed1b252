import {
  emptyValue,
  type HeaderLine,
  headersOf,
  repeatedName,
  secretValueOf,
  type ValueDraft,
} from "@/components/secretValue";
import { type WalletKind, type WalletSecret } from "@/host/bindings";
import { optionsOf } from "@/lib/options";

/** The kinds of secrets that can be entered. Sign-ins come from an authorization; variables belong to a program. */
export type TypedKind = "bearer" | "reference" | "headers" | "variables" | "oauth_client";

/** The kinds to choose from. */
export const typedKinds = optionsOf<Exclude<TypedKind, "variables">>({
  bearer: "Token",
  reference: "Secret reference",
  headers: "Headers",
  oauth_client: "OAuth app",
});

export type SecretForm = {
  kind: TypedKind;
  token: string;
  reference: string;
  headers: HeaderLine[];
  clientId: string;
  clientSecret: ValueDraft;
};

/** An empty form with the names of the existing values. */
export function emptySecret(kind: TypedKind, headerNames: string[] = []): SecretForm {
  const headers = headerNames.length > 0 ? headerNames.map((name) => ({ name, value: "" })) : [{ name: "", value: "" }];
  return { kind, token: "", reference: "", headers, clientId: "", clientSecret: emptyValue };
}

/** Whether anything was typed that is not saved elsewhere. */
export function isTyped({ token, reference, headers, clientId, clientSecret }: SecretForm): boolean {
  return [token, reference, clientId, clientSecret.text, ...headers.map((line) => line.value)].some(Boolean);
}

/** The kind of form that replaces an entry's secret; `null` for sign-ins, which are renewed by signing in. */
export function typedKindOf(kind: WalletKind, reference: string | null): TypedKind | null {
  if (reference) return "reference";
  return kind === "oauth" ? null : kind;
}

/** Whether it has several named values, which can be replaced one by one. */
export const keepsValuesOf = (kind: TypedKind) => kind === "headers" || kind === "variables";

/** Returns the error of the form. `keepsValues` allows empty values. */
export function secretError(form: SecretForm, keepsValues = false): string | null {
  switch (form.kind) {
    case "bearer":
      return form.token.trim() ? null : "Paste the token";
    case "reference":
      return /^\w+:\/\/\S+/.test(form.reference.trim()) ? null : "Enter a secret reference, such as env://GITHUB_TOKEN";
    case "oauth_client":
      return form.clientId.trim() ? null : "Enter the client ID";
    case "headers":
    case "variables": {
      const word = form.kind === "headers" ? "header" : "variable";
      const typed = form.headers.filter((line) => line.name.trim() || line.value);
      if (typed.length === 0) return `Enter at least one ${word}`;
      const bad = typed.find((line) => !line.name.trim() || (!line.value && !keepsValues));
      if (bad) return `Enter a name and value for ${bad.name.trim() || `each ${word}`}`;
      return repeatedName(form.kind, typed);
    }
  }
}

/** Whether all values of the entry would be kept, so that there is nothing to save. */
export function changesNothing({ kind, headers }: SecretForm, headerNames: string[]): boolean {
  if (!keepsValuesOf(kind) || headers.some((line) => line.value)) return false;
  const names = Object.keys(headersOf(headers));
  return names.length === headerNames.length && names.every((name) => headerNames.includes(name));
}

/** The form as input for the host. */
export function secretOf(form: SecretForm): WalletSecret {
  switch (form.kind) {
    case "bearer":
      return { kind: "bearer", token: form.token.trim() };
    case "reference":
      return { kind: "reference", reference: form.reference.trim() };
    case "oauth_client":
      return {
        kind: "oauth_client",
        clientId: form.clientId.trim(),
        clientSecret: form.clientSecret.text ? secretValueOf(form.clientSecret) : null,
      };
    case "headers":
    case "variables":
      return { kind: form.kind, values: headersOf(form.headers) };
  }
}
