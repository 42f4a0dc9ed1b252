import {
  emptyValue,
  type HeaderLine,
  headersOf,
  repeatedName,
  secretValueOf,
  type ValueDraft,
} from "@/components/secretValue";
import {
  type Authentication,
  type AuthenticationChoice,
  type AuthenticationMethod,
  type Redirect,
  type WalletEntryId,
} from "@/host/bindings";
import { linkAddress } from "@/lib/linkAddress";

/** Input for all sign-in methods, so that switching between them loses nothing. */
export type AuthenticationForm = {
  /** `null` until one is chosen, where nothing is known about the server. */
  method: AuthenticationMethod | null;
  ownClient: boolean;
  /** A saved OAuth app; `null` to enter a new one. */
  clientEntry: WalletEntryId | null;
  clientId: string;
  clientSecret: ValueDraft;
  /** Whether to sign in by client credentials, without a browser. */
  asApp: boolean;
  redirect: Redirect;
  callbackPort: string;
  callbackHost: "127.0.0.1" | "localhost";
  scopes: string;
  tokenFrom: "new" | "reference" | "entry";
  token: string;
  reference: string;
  tokenEntry: WalletEntryId | null;
  headersFrom: "new" | "entry";
  headers: HeaderLine[];
  headersEntry: WalletEntryId | null;
};

/** Error messages by field. */
export type FormErrors = Partial<
  Record<
    | "method"
    | "clientId"
    | "clientSecret"
    | "clientEntry"
    | "callbackPort"
    | "token"
    | "reference"
    | "tokenEntry"
    | "headers"
    | "headersEntry",
    string
  >
>;

export function newForm(method: AuthenticationMethod | null): AuthenticationForm {
  return {
    method,
    ownClient: false,
    clientEntry: null,
    clientId: "",
    clientSecret: emptyValue,
    asApp: false,
    redirect: "loopback",
    callbackPort: "",
    callbackHost: "127.0.0.1",
    scopes: "",
    tokenFrom: "new",
    token: "",
    reference: "",
    tokenEntry: null,
    headersFrom: "new",
    headers: [{ name: "", value: "" }],
    headersEntry: null,
  };
}

/** The form filled with a connector's current sign-in. */
export function formOf(authentication: Authentication): AuthenticationForm {
  const form = newForm(authentication.kind === "variables" ? "none" : authentication.kind);
  switch (authentication.kind) {
    // Programs have no sign-in form.
    case "variables":
    case "none":
      return form;
    case "oauth":
      return {
        ...form,
        ownClient: authentication.client !== null,
        clientEntry: authentication.client,
        asApp: authentication.grant === "client_credentials",
        redirect: authentication.redirect,
        callbackPort: authentication.callbackPort === null ? "" : String(authentication.callbackPort),
        callbackHost: authentication.callbackHost === "localhost" ? "localhost" : "127.0.0.1",
        scopes: authentication.scopes.join(" "),
      };
    case "bearer":
      return { ...form, tokenFrom: "entry", tokenEntry: authentication.entry };
    case "headers":
      return { ...form, headersFrom: "entry", headersEntry: authentication.entry };
  }
}

export function errorsOf(form: AuthenticationForm): FormErrors {
  switch (form.method) {
    case null:
      return { method: "Choose how to sign in" };
    case "none":
      return {};
    case "oauth": {
      const errors: FormErrors = {};
      if (usesPort(form) && form.callbackPort.trim() && portOf(form) === null) {
        errors.callbackPort = "Enter a port from 1 to 65535, or leave it empty";
      }
      if (form.ownClient && !form.clientEntry && !form.clientId.trim()) errors.clientId = "Enter the client ID";
      if (signsInAsApp(form) && !form.clientEntry && !form.clientSecret.text)
        errors.clientSecret = "Enter the client secret";
      return errors;
    }
    case "bearer":
      if (form.tokenFrom === "new" && !form.token.trim()) return { token: "Paste the token" };
      if (form.tokenFrom === "reference" && !/^\w+:\/\/\S+/.test(form.reference.trim()))
        return { reference: "Enter a secret reference, such as env://GITHUB_TOKEN" };
      if (form.tokenFrom === "entry" && !form.tokenEntry) return { tokenEntry: "Choose a saved token" };
      return {};
    case "headers":
      if (form.headersFrom === "entry") return form.headersEntry ? {} : { headersEntry: "Choose saved headers" };
      return headersError(form.headers);
  }
}

function headersError(lines: HeaderLine[]): FormErrors {
  const typed = lines.filter((line) => line.name.trim() || line.value);
  if (typed.length === 0) return { headers: "Enter at least one header" };
  const incomplete = typed.find((line) => !line.name.trim() || !line.value);
  if (incomplete) return { headers: `Enter a name and value for ${incomplete.name.trim() || "each header"}` };
  const misnamed = typed.find((line) => !/^[\w!#$%&'*+.^`|~-]+$/.test(line.name.trim()));
  if (misnamed) return { headers: `Use only letters, digits and hyphens in the name ${misnamed.name.trim()}` };
  const repeated = repeatedName("headers", typed);
  return repeated ? { headers: repeated } : {};
}

/** Converts a form in which {@link errorsOf} finds nothing to the host's type. */
export function choiceOf(form: AuthenticationForm): AuthenticationChoice {
  switch (form.method) {
    case null:
    case "none":
      return { kind: "none" };
    case "oauth":
      return {
        kind: "oauth",
        client: clientOf(form),
        callbackPort: portOf(form),
        callbackHost: form.callbackHost === "localhost" ? "localhost" : null,
        redirect: form.redirect,
        scopes: form.scopes.split(/[\s,]+/).filter(Boolean),
        ...(signsInAsApp(form) && { grant: "client_credentials" as const }),
      };
    case "bearer":
      if (form.tokenFrom === "entry") return { kind: "bearer", token: { kind: "entry", entry: form.tokenEntry ?? "" } };
      if (form.tokenFrom === "reference")
        return { kind: "bearer", token: { kind: "reference", reference: form.reference.trim() } };
      return { kind: "bearer", token: { kind: "new", secret: form.token.trim() } };
    case "headers":
      if (form.headersFrom === "entry") return { kind: "headers", entry: form.headersEntry, values: {} };
      return { kind: "headers", entry: null, values: headersOf(form.headers) };
  }
}

/** Whether the sign-in returns to a port of this computer, so that the form asks for it. */
function usesPort(form: AuthenticationForm): boolean {
  return form.redirect === "loopback" && !signsInAsApp(form);
}

/** The port; `null` if there is none or it is invalid. */
function portOf({ callbackPort }: AuthenticationForm): number | null {
  const port = callbackPort.trim();
  return /^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535 ? Number(port) : null;
}

/** Whether the form signs in by client credentials, without a browser. */
export function signsInAsApp(form: AuthenticationForm): boolean {
  return form.ownClient && form.asApp;
}

function clientOf(form: AuthenticationForm): Extract<AuthenticationChoice, { kind: "oauth" }>["client"] {
  if (!form.ownClient) return null;
  if (form.clientEntry) return { kind: "entry", entry: form.clientEntry };
  return {
    kind: "new",
    clientId: form.clientId.trim(),
    clientSecret: form.clientSecret.text ? secretValueOf(form.clientSecret) : null,
  };
}

/** The redirect URI to register with the provider, with the chosen host and port. */
export function redirectUriOf(form: AuthenticationForm, defaultUri: string): string {
  if (form.redirect === "deep_link") return linkAddress;
  try {
    const url = new URL(defaultUri);
    if (!/^https?:$/.test(url.protocol)) return defaultUri;
    url.hostname = form.callbackHost;
    if (/^\d+$/.test(form.callbackPort.trim())) url.port = form.callbackPort.trim();
    return url.toString();
  } catch {
    return defaultUri;
  }
}
