import { draftError, emptyDraft, isGiven, type SecretDraft, secretInputOf } from "@/components/secretDraft";
import {
  type AddAccount,
  type FieldProblem,
  type PlatformField,
  type PlatformForm,
  type Problem,
  type SecretInput,
  platforms,
} from "@/host/bindings";
import { jsonError, readJson } from "@/lib/jsonText";
import { originOf } from "@/lib/url";
import { isObject } from "@/lib/schema/schema";
import { schemaOf, validate } from "@/lib/schema/validate";
import { allOf, midSentence } from "@/lib/words";

/** Input for an account. Kept as a whole, so that errors and switching lose nothing. */
export type AccountForm = {
  label: string;
  settings: Partial<Record<string, string>>;
  secrets: Partial<Record<string, SecretDraft>>;
};

/** Errors by field name. */
export type FormErrors = Partial<Record<string, string>>;

export const emptyForm: AccountForm = { label: "", settings: {}, secrets: {} };

/** Whether a setting is a JSON value, entered as text or by a form. */
export function isJson(field: PlatformField): boolean {
  return !field.isSecret && (field.form !== null || /\bJSON\b/.test(field.help));
}

/** A form filled with the settings of an account. */
export function formOf(platform: Pick<PlatformForm, "fields">, settings: unknown): AccountForm {
  const saved = isObject(settings) ? settings : {};
  const typed = platform.fields.flatMap((field) => {
    const value = saved[field.name];
    if (field.isSecret || value == null) return [];
    return [[field.name, typeof value === "string" ? value : JSON.stringify(value, null, 2)] as const];
  });
  return { ...emptyForm, settings: Object.fromEntries(typed) };
}

/** The settings that differ from those of the former form; one that is empty is the same as none. */
export function changedSettings(former: AccountForm, next: AccountForm): AccountForm["settings"] {
  const changed = Object.entries(next.settings).filter(([name, text]) => text !== (former.settings[name] ?? ""));
  return Object.fromEntries(changed);
}

/** The sign-in methods; empty if there is only one. */
export function signInMethods({ fields }: Pick<PlatformForm, "fields">): string[] {
  return [...new Set(fields.flatMap((field) => field.signInMethod ?? []))];
}

/** The platform with the fields of one sign-in method. */
export function withMethod(platform: PlatformForm, method: string | undefined): PlatformForm {
  return {
    ...platform,
    fields: platform.fields.filter((field) => field.signInMethod === null || field.signInMethod === method),
  };
}

export function draftOf(form: AccountForm, field: PlatformField): SecretDraft {
  return form.secrets[field.name] ?? emptyDraft;
}

/** Returns the errors of the input. */
export function errorsOf(fields: PlatformField[], form: AccountForm): FormErrors {
  const errors: FormErrors = {};
  for (const field of fields) {
    const error = errorOf(field, fields, form);
    if (error) errors[field.name] = error;
  }
  return errors;
}

function errorOf(field: PlatformField, fields: PlatformField[], form: AccountForm): string | null {
  const missing = `Enter the ${midSentence(field.title)}`;
  const other = fields.find(({ name }) => name === field.unless);
  const isReplaced = other !== undefined && (form.settings[other.name] ?? "").trim() !== "";
  const isNeeded = field.isRequired && !isReplaced;
  if (field.isSecret) {
    const draft = draftOf(form, field);
    return draftError(draft) ?? (isNeeded && !isGiven(draft) ? missing : null);
  }
  const text = form.settings[field.name]?.trim() ?? "";
  if (text === "") return isNeeded ? missing : null;
  if (!isJson(field)) return null;
  return jsonError(text) ?? (field.form && schemaError(field.form.schema, readJson(text).value));
}

/** The first problem that a schema finds in a value: `routes/list: Enter text`. */
export function schemaError(schema: unknown, value: unknown): string | null {
  const [problem] = validate(schemaOf(schema), value);
  return problem ? `${problem.path.replace(/^\//, "")}: ${problem.message}` : null;
}

/** The settings as input for the host. Call it only if {@link errorsOf} finds nothing. */
export function settingsOf(
  { fields, isAssumed }: Pick<PlatformForm, "isAssumed" | "fields">,
  form: AccountForm,
): Record<string, unknown> {
  const typed = fields.flatMap((field) => {
    const text = field.isSecret ? "" : (form.settings[field.name] ?? "");
    if (text.trim() === "") return [];
    if (isJson(field)) return [[field.name, readJson(text).value] as const];
    // Corrections of an undocumented API may end in a space, as `Bearer ` does.
    const isCorrection = isAssumed && field.isAdvanced && field.name !== "base_url";
    return [[field.name, isCorrection ? text : text.trim()] as const];
  });
  return Object.fromEntries(typed);
}

/** The secrets as input for the host. */
export function secretsOf(fields: PlatformField[], form: AccountForm): Record<string, SecretInput> {
  const given = fields.flatMap((field) => {
    const input = field.isSecret ? secretInputOf(draftOf(form, field)) : null;
    return input ? [[field.name, input] as const] : [];
  });
  return Object.fromEntries(given);
}

/** Whether requests go to another origin with the new base URL, which does not get the secrets saved for the former. */
export function leadsElsewhere(former: AccountForm, next: AccountForm): boolean {
  const addressOf = ({ settings }: AccountForm) => settings.base_url?.trim() ?? "";
  const [from, to] = [addressOf(former), addressOf(next)] as const;
  return from !== to && (originOf(from) ?? from) !== (originOf(to) ?? to);
}

/** The form as input for the host. Call it only if {@link errorsOf} finds nothing. */
export function requestOf(platform: PlatformForm, form: AccountForm): AddAccount {
  return {
    platform: platform.platform,
    label: form.label.trim() || null,
    settings: settingsOf(platform, form),
    secrets: secretsOf(platform.fields, form),
  };
}

/** Assigns the problems of a response to fields, by name. */
export function serverErrors(problems: FieldProblem[], fields: PlatformField[]): FormErrors {
  const found = problems.flatMap(({ path, message }) => {
    const name = path.split("/").findLast((part) => fields.some((field) => field.name === part));
    return name === undefined ? [] : [[name, message] as const];
  });
  return Object.fromEntries(found);
}

/** The problem without the parts that are shown at fields. */
export function beyondFields(problem: Problem, fields: PlatformField[]): Problem {
  const others = problem.fields.filter((one) => Object.keys(serverErrors([one], fields)).length === 0);
  return { ...problem, fields: others };
}

/** What is needed to sign in to a platform: `API key`. */
export function needsWords({ platform, fields }: PlatformForm): string {
  const required = fields.filter((field) => field.isRequired).map((field) => field.title);
  if (required.length === 0) return platforms[platform].signIn ?? "No sign-in needed";
  return allOf(required);
}
