import { emptyDraft, givenSecretOf, type SecretDraft } from "@/components/secretDraft";
import {
  type AccountId,
  type Authorization,
  type Json,
  type ProviderSignIn,
  type StartProviderSignIn,
} from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";
import { asSchema, branches, isObject, type JsonObject, type Schema } from "@/lib/schema/schema";
import { type ProviderDraft } from "./drafts";

export function newProviderDraft(provider: ProviderSignIn): ProviderDraft {
  return {
    clientId: "",
    secret: emptyDraft,
    authorizeUrl: "",
    tokenUrl: "",
    scopes: provider.scopes.join(" "),
    redirect: "loopback",
    started: null,
    taken: null,
  };
}

type ProviderErrors = Partial<Record<"clientId" | "authorizeUrl" | "tokenUrl", string>>;

export function providerErrors(provider: ProviderSignIn, draft: ProviderDraft): ProviderErrors {
  const errors: ProviderErrors = {};
  if (!draft.clientId.trim()) errors.clientId = "Enter the client ID";
  if (provider.authorizeUrl === null && !isUrl(draft.authorizeUrl)) errors.authorizeUrl = invalidUrl;
  if (provider.tokenUrl === null && !isUrl(draft.tokenUrl)) errors.tokenUrl = invalidUrl;
  return errors;
}

const invalidUrl = "Enter a URL, such as https://provider.example/oauth";

function isUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text.trim());
}

export function providerRequest(
  account: AccountId,
  definition: string,
  provider: ProviderSignIn,
  draft: ProviderDraft,
): StartProviderSignIn {
  const scopes = draft.scopes.split(/[\s,]+/).filter(Boolean);
  return {
    account,
    definition,
    clientId: draft.clientId.trim(),
    clientSecret: givenSecretOf(draft.secret),
    authorizeUrl: provider.authorizeUrl === null ? draft.authorizeUrl.trim() : null,
    tokenUrl: provider.tokenUrl === null ? draft.tokenUrl.trim() : null,
    scopes: scopes.join(" ") === provider.scopes.join(" ") ? null : scopes,
    redirect: draft.redirect,
  };
}

/** Values of the form after a sign-in, and its secrets by JSON pointer. */
type FilledForm = { values: JsonObject; secrets: [pointer: string, draft: SecretDraft][] };

/** Fills the form after a sign-in: selects the sign-in method, and enters the app and its tokens. */
export function fillForm(
  schema: Json,
  values: JsonObject,
  provider: ProviderSignIn,
  draft: ProviderDraft,
  { granted = [] }: Pick<Authorization, "granted">,
): FilledForm {
  const selected = selectMethod(values, isObject(provider.values) ? provider.values : {});
  const secrets: FilledForm["secrets"] = granted.map(({ path, entry }) => [
    path,
    { ...emptyDraft, from: "entry", entry },
  ]);
  if (provider.clientSecretField !== null && givenSecretOf(draft.secret))
    secrets.push([provider.clientSecretField, draft.secret]);
  const clientId = draft.clientId.trim();
  if (isSecretField(asSchema(schema), fromPointer(provider.clientIdField))) {
    secrets.push([provider.clientIdField, { ...emptyDraft, secret: clientId }]);
    return { values: selected, secrets };
  }
  return { values: setAt(selected, fromPointer(provider.clientIdField), clientId), secrets };
}

/** Sets the fixed values of a sign-in method. Input for another method is dropped. */
function selectMethod(values: JsonObject, fixed: JsonObject): JsonObject {
  const merged = Object.entries(fixed).map(([name, value]) => {
    const before = values[name];
    const isSame =
      isObject(before) &&
      isObject(value) &&
      Object.entries(value).every(([key, member]) => before[key] === undefined || before[key] === member);
    return [name, isSame ? { ...before, ...value } : value] as const;
  });
  return { ...values, ...Object.fromEntries(merged) };
}

function setAt(values: JsonObject, [step, ...rest]: string[], value: unknown): JsonObject {
  if (step === undefined) return values;
  const inner = values[step];
  return { ...values, [step]: rest.length === 0 ? value : setAt(isObject(inner) ? inner : {}, rest, value) };
}

/** Whether the schema marks the field at a path as a secret in any alternative. */
function isSecretField(schema: Schema, [step, ...rest]: string[]): boolean {
  const alternatives = branches(schema, "oneOf", "anyOf", "allOf");
  if (step === undefined) return schema.writeOnly === true || alternatives.some((one) => one.writeOnly === true);
  const member = asSchema(schema.properties)[step];
  if (member !== undefined && isSecretField(asSchema(member), rest)) return true;
  return alternatives.some((one) => isSecretField(one, [step, ...rest]));
}
