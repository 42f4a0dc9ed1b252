import { emptyValue, type HeaderLine, headersOf, secretValueOf, type ValueDraft } from "@/components/secretValue";
import {
  type Authentication,
  type AuthenticationChoice,
  type AuthenticationMethod,
  type Redirect,
  type WalletEntryId,
} from "@/host/bindings";
import { linkAddress } from "@/lib/linkAddress";

/** What is typed about a way to sign in; kept whole, so that changing one's mind loses nothing. */
export type AuthenticationForm = {
  /** `null` before one is chosen, where nothing is known of the server. */
  method: AuthenticationMethod | null;
  ownClient: boolean;
  /** A saved OAuth app, or `null` to type one in. */
  clientEntry: WalletEntryId | null;
  clientId: string;
  clientSecret: ValueDraft;
  /** As the app itself, without a browser. */
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

/** What is wrong with which field of the form. */
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

/** A form in which nothing has been typed yet. */
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

/** A form that says how a connector signs in now. */
export function formOf(authentication: Authentication): AuthenticationForm {
  const form = newForm(authentication.kind === "variables" ? "none" : authentication.kind);
  switch (authentication.kind) {
    // A program signs in nowhere: its settings have no such form.
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

/** What has to be corrected before the form can be used. */
export function errorsOf(form: AuthenticationForm): FormErrors {
  switch (form.method) {
    case null:
      return { method: "Choose how to sign in" };
    case "none":
      return {};
    case "oauth": {
      const errors: FormErrors = {};
      const port = form.callbackPort.trim();
      if (port && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
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
  const bad = typed.find((line) => !/^[\w!#$%&'*+.^`|~-]+$/.test(line.name.trim()) || !line.value);
  return bad ? { headers: `Enter a name and value for ${bad.name.trim() || "each header"}` } : {};
}

/** The form as the host takes it; only when {@link errorsOf} finds nothing. */
export function choiceOf(form: AuthenticationForm): AuthenticationChoice {
  switch (form.method) {
    case null:
    case "none":
      return { kind: "none" };
    case "oauth":
      return {
        kind: "oauth",
        client: clientOf(form),
        callbackPort: form.callbackPort.trim() ? Number(form.callbackPort.trim()) : null,
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

/** Whether it signs in as an OAuth app of one's own, which needs no browser. */
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

/** The redirect address to enter at the provider, for the port and host that were chosen. */
export function redirectUriOf(form: AuthenticationForm, usual: string): string {
  if (form.redirect === "deep_link") return linkAddress;
  try {
    const url = new URL(usual);
    if (!/^https?:$/.test(url.protocol)) return usual;
    url.hostname = form.callbackHost;
    if (/^\d+$/.test(form.callbackPort.trim())) url.port = form.callbackPort.trim();
    return url.toString();
  } catch {
    return usual;
  }
}
