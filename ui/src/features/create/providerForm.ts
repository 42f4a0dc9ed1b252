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

/** A draft in which nothing was typed yet. */
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

/** What keeps the sign-in from starting. */
export function providerErrors(provider: ProviderSignIn, draft: ProviderDraft): ProviderErrors {
  const address = (given: string | null, typed: string) =>
    given !== null || isAddress(typed) ? undefined : "Enter a URL, such as https://provider.example/oauth";
  return Object.fromEntries(
    Object.entries({
      clientId: draft.clientId.trim() ? undefined : "Enter the client ID",
      authorizeUrl: address(provider.authorizeUrl, draft.authorizeUrl),
      tokenUrl: address(provider.tokenUrl, draft.tokenUrl),
    }).filter(([, error]) => error !== undefined),
  );
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text.trim());
}

/** The draft as the host takes it. */
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

/** What a sign-in brings into the form: its values, and secrets by the pointers of their places. */
export type Filled = { values: JsonObject; secrets: [pointer: string, draft: SecretDraft][] };

/** The form as it is after a sign-in: this way of signing in chosen, the app and its tokens in their places. */
export function filledBy(
  schema: Json,
  values: JsonObject,
  provider: ProviderSignIn,
  draft: ProviderDraft,
  { granted = [] }: Pick<Authorization, "granted">,
): Filled {
  const chosen = withChosen(values, isObject(provider.values) ? provider.values : {});
  const secrets: Filled["secrets"] = granted.map(({ path, entry }) => [path, { ...emptyDraft, from: "entry", entry }]);
  if (provider.clientSecretField !== null && givenSecretOf(draft.secret))
    secrets.push([provider.clientSecretField, draft.secret]);
  const clientId = draft.clientId.trim();
  if (isSecretPlace(asSchema(schema), fromPointer(provider.clientIdField))) {
    secrets.push([provider.clientIdField, { ...emptyDraft, secret: clientId }]);
    return { values: chosen, secrets };
  }
  return { values: put(chosen, fromPointer(provider.clientIdField), clientId), secrets };
}

/** Another way of signing in has other members: what was typed for it does not go along. */
function withChosen(values: JsonObject, wanted: JsonObject): JsonObject {
  const merged = Object.entries(wanted).map(([name, value]) => {
    const before = values[name];
    const isSame =
      isObject(before) &&
      isObject(value) &&
      Object.entries(value).every(([key, fixed]) => before[key] === undefined || before[key] === fixed);
    return [name, isSame ? { ...before, ...value } : value] as const;
  });
  return { ...values, ...Object.fromEntries(merged) };
}

function put(values: JsonObject, [step, ...rest]: string[], value: unknown): JsonObject {
  if (step === undefined) return values;
  const inner = values[step];
  return { ...values, [step]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) };
}

/** Whether the schema says of a place, in any alternative, that what stands there is a secret. */
function isSecretPlace(schema: Schema, [step, ...rest]: string[]): boolean {
  const alternatives = ["oneOf", "anyOf", "allOf"].flatMap((keyword) => branches(schema, keyword));
  if (step === undefined) return schema.writeOnly === true || alternatives.some((one) => one.writeOnly === true);
  const member = isObject(schema.properties) ? schema.properties[step] : undefined;
  if (member !== undefined && isSecretPlace(asSchema(member), rest)) return true;
  return alternatives.some((one) => isSecretPlace(one, [step, ...rest]));
}
