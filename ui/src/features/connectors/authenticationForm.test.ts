import { expect, it } from "vitest";
import { choiceOf, errorsOf, formOf, newForm, redirectUriOf } from "./authenticationForm";

it("the_form_of_a_connector_round_trips", () => {
  const form = formOf({
    kind: "oauth",
    client: "wal_app",
    entry: "wal_tokens",
    callbackPort: 7718,
    callbackHost: "localhost",
    redirect: "loopback",
    scopes: ["read", "write"],
  });
  expect(choiceOf(form)).toEqual({
    kind: "oauth",
    client: { kind: "entry", entry: "wal_app" },
    callbackPort: 7718,
    callbackHost: "localhost",
    redirect: "loopback",
    scopes: ["read", "write"],
  });
});

it("an_own_app_requires_a_client_id_but_no_secret", () => {
  const form = { ...newForm("oauth"), ownClient: true };
  expect(errorsOf(form)).toHaveProperty("clientId");
  const typed = { ...form, clientId: " app " };
  expect(errorsOf(typed)).toEqual({});
  expect(choiceOf(typed)).toMatchObject({ client: { kind: "new", clientId: "app", clientSecret: null } });
});

it("client_credentials_require_a_secret", () => {
  const form = { ...newForm("oauth"), ownClient: true, asApp: true, clientId: "app" };
  expect(errorsOf(form)).toHaveProperty("clientSecret");
  const typed = { ...form, clientSecret: { text: "s3cret", isReference: false } };
  expect(errorsOf(typed)).toEqual({});
  expect(choiceOf(typed)).toMatchObject({ kind: "oauth", grant: "client_credentials" });
  // Without an app of one's own there is nobody to sign in as.
  expect(choiceOf({ ...typed, ownClient: false })).not.toHaveProperty("grant");
});

it.each(["0", "65536", "http", "-1", "1.5"])("port_%s_is_refused", (callbackPort) => {
  expect(errorsOf({ ...newForm("oauth"), callbackPort })).toHaveProperty("callbackPort");
});

it.each([{ redirect: "deep_link" as const }, { ownClient: true, asApp: true }])(
  "port_is_ignored_where_it_is_not_asked_for_%j",
  (given) => {
    const app = { clientId: "app", clientSecret: { text: "s3cret", isReference: false } };
    const form = { ...newForm("oauth"), ...app, ...given, callbackPort: "http" };
    expect(errorsOf(form)).toEqual({});
    expect(choiceOf(form)).toMatchObject({ callbackPort: null });
  },
);

it("headers_require_a_valid_name_and_a_value", () => {
  const form = newForm("headers");
  expect(errorsOf(form)).toHaveProperty("headers");
  const errorOf = (name: string, value: string) => errorsOf({ ...form, headers: [{ name, value }] }).headers;
  expect(errorOf("X Key", "a")).toBe("Use only letters, digits and hyphens in the name X Key");
  expect(errorOf("X-Key", "")).toBe("Enter a name and value for X-Key");
  expect(errorOf("", "a")).toBe("Enter a name and value for each header");
  const good = {
    ...form,
    headers: [
      { name: " X-Key ", value: "a" },
      { name: "", value: "" },
    ],
  };
  expect(errorsOf(good)).toEqual({});
  expect(choiceOf(good)).toEqual({ kind: "headers", entry: null, values: { "X-Key": { kind: "new", secret: "a" } } });
});

it("text_like_a_reference_is_a_secret_unless_marked", () => {
  const lookalike = "cmd://touch /tmp/x";
  const headers = {
    ...newForm("headers"),
    headers: [
      { name: "X-Key", value: lookalike },
      { name: "X-Ref", value: lookalike, isReference: true },
    ],
  };
  expect(choiceOf(headers)).toMatchObject({
    values: { "X-Key": { kind: "new", secret: lookalike }, "X-Ref": { kind: "reference", reference: lookalike } },
  });
  expect(choiceOf({ ...newForm("bearer"), token: lookalike })).toMatchObject({
    token: { kind: "new", secret: lookalike },
  });
  const app = {
    ...newForm("oauth"),
    ownClient: true,
    clientId: "app",
    clientSecret: { text: lookalike, isReference: false },
  };
  expect(choiceOf(app)).toMatchObject({ client: { clientSecret: { kind: "new", secret: lookalike } } });
});

it("the_redirect_uri_follows_port_host_and_kind", () => {
  const usual = "http://127.0.0.1:27218/callback";
  expect(redirectUriOf(newForm("oauth"), usual)).toBe(usual);
  expect(redirectUriOf({ ...newForm("oauth"), callbackPort: "7718", callbackHost: "localhost" }, usual)).toBe(
    "http://localhost:7718/callback",
  );
  expect(redirectUriOf({ ...newForm("oauth"), redirect: "deep_link" }, usual)).toBe("patchbay://oauth/callback");
});

it("a_header_is_given_once", () => {
  const lines = (second: string) => [
    { name: "X-Key", value: "a" },
    { name: second, value: "b" },
  ];
  const errorOf = (second: string) => errorsOf({ ...newForm("headers"), headers: lines(second) }).headers;
  expect(errorOf(" x-key ")).toBe("x-key is given twice");
  expect(errorOf("X-Key-2")).toBeUndefined();
});
