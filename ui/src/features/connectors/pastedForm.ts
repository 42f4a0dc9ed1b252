import { secretValueOf, type ValueDraft } from "@/components/secretValue";
import { type AddProgram, type PastedBlank, type PastedServer, type PastedValue } from "@/host/bindings";
import { type AuthenticationForm, newForm } from "./authenticationForm";

/** Values of placeholders, by placeholder text. */
export type Filled = Record<string, string>;

/** Replaces placeholders in a text; in one pass, so that placeholders within values are left alone. */
export function fillIn(text: string, blanks: PastedBlank[], filled: Filled): string {
  const texts = blanks.map((blank) => blank.text).sort((a, b) => b.length - a.length);
  if (texts.length === 0) return text;
  const pattern = new RegExp(texts.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  return text.replace(pattern, (blank) => filled[blank] ?? blank);
}

export function defaultsOf(blanks: PastedBlank[]): Filled {
  return Object.fromEntries(blanks.map(({ text, default: preset, options }) => [text, preset ?? options[0] ?? ""]));
}

/** Error messages for placeholders without a value, by placeholder text. One like `${NAME:-}` may be empty. */
export function emptyBlanks(blanks: PastedBlank[], filled: Filled): Record<string, string> {
  const empty = blanks.filter(({ text, default: preset }) => !filled[text]?.trim() && preset !== "");
  return Object.fromEntries(empty.map(({ text }) => [text, "Enter a value"]));
}

/** Replaces the placeholders in the address and headers of a server. */
export function fillAddress(server: PastedServer, filled: Filled): PastedServer {
  if (server.place.kind !== "address") return server;
  const fill = (text: string) => fillIn(text, server.blanks, filled);
  const headers = server.place.headers.map((header) => ({ ...header, value: fill(header.value) }));
  return { ...server, place: { ...server.place, url: fill(server.place.url), headers }, blanks: [] };
}

/** The sign-in form for pasted headers; `null` for none. */
export function headersForm(headers: PastedValue[]): AuthenticationForm | null {
  const [first] = headers;
  if (!first) return null;
  const token = /^Bearer\s+(.*)$/i.exec(first.value)?.[1];
  if (headers.length === 1 && token !== undefined && first.name.toLowerCase() === "authorization")
    return { ...newForm("bearer"), token };
  return { ...newForm("headers"), headers: headers.map(({ name, value }) => ({ name, value })) };
}

export type VariableDraft = {
  name: string;
  isSecret: boolean;
  draft: ValueDraft;
  help: string | null;
  options: string[];
};

type ProgramForm = { title: string; name: string; folder: string; variables: VariableDraft[]; filled: Filled };

export type PastedProgram = Extract<PastedServer["place"], { kind: "program" }>;

/** The initial form for a pasted program. */
export function programForm(server: PastedServer, command: PastedProgram): ProgramForm {
  const others = blanksNeedingField(server, command);
  const variables = command.variables.map(({ name, value, isSecret }): VariableDraft => {
    // A variable that is only a placeholder is filled in at its own field, unless the placeholder has one.
    const blank = server.blanks.find((one) => one.text === value && !others.includes(one));
    const text = blank ? (blank.default ?? blank.options[0] ?? "") : value;
    return {
      name,
      isSecret,
      draft: { text, isReference: false },
      help: blank?.description ?? null,
      options: blank?.options ?? [],
    };
  });
  return { title: server.title ?? "", name: "", folder: command.folder ?? "", variables, filled: defaultsOf(others) };
}

/** Placeholders that need a field, because they are more than the whole value of a variable. */
export function blanksNeedingField(server: PastedServer, command: PastedProgram): PastedBlank[] {
  const texts = [command.program, ...command.arguments, command.folder ?? ""];
  const others = command.variables.map(({ value }) => value);
  return server.blanks.filter(
    ({ text }) =>
      texts.some((one) => one.includes(text)) || others.some((value) => value !== text && value.includes(text)),
  );
}

/** Error messages by field: `folder`, or the text of a placeholder. */
export function programErrors(form: ProgramForm, blanks: PastedBlank[]): Record<string, string> {
  const errors = emptyBlanks(blanks, form.filled);
  const folder = fillIn(form.folder.trim(), blanks, form.filled);
  if (folder && !/^(~?[/\\]|~$|[a-z]:[/\\])/i.test(folder)) errors.folder = "Enter its full path";
  return errors;
}

/** Converts the form to the host's type. Variables without a value are left out. */
export function programRequest(
  form: ProgramForm,
  { timeLimits, isOff }: PastedServer,
  command: PastedProgram,
  blanks: PastedBlank[],
): AddProgram {
  const fill = (text: string) => fillIn(text, blanks, form.filled);
  const filled = form.variables
    .filter(({ draft }) => draft.text !== "")
    .map((variable) => ({ ...variable, draft: { ...variable.draft, text: fill(variable.draft.text) } }));
  const plain = filled.filter(({ isSecret }) => !isSecret);
  const secret = filled.filter(({ isSecret }) => isSecret);
  return {
    command: {
      program: fill(command.program),
      arguments: command.arguments.map(fill),
      folder: fill(form.folder.trim()) || null,
      variables: Object.fromEntries(plain.map(({ name, draft }) => [name, draft.text])),
    },
    secrets: Object.fromEntries(secret.map(({ name, draft }) => [name, secretValueOf(draft)])),
    name: form.name.trim() || null,
    title: form.title.trim() || null,
    timeLimits,
    isOff,
  };
}
