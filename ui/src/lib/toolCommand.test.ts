import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { apiCommand, shellQuote, toolCommand } from "./toolCommand";

it("writes text as key=value and everything else as key:=json", () => {
  expect(
    toolCommand("github", "create_issue", true, {
      title: "It's here",
      labels: ["a b"],
      milestone: null,
      n: 12,
      off: undefined,
    }),
  ).toBe(`patchbay tool run github create_issue 'title=It'\\''s here' 'labels:=["a b"]' milestone:=null n:=12`);
});

it("hands keys that cannot be written so over standard input", () => {
  expect(toolCommand("c", "t", true, { "a=b": "-" })).toBe(`printf %s '{"a=b":"-"}' | patchbay tool run c t -`);
});

it("calls an operation as an account by its label", () => {
  expect(apiCommand("Mistral · Northlight", "list", true, { page_size: 10, query: "crm" })).toBe(
    "patchbay api 'Mistral · Northlight' list page_size:=10 query=crm",
  );
});

it.each(["", "a b", '$HOME `id` "x" \\ ! *', "it's\nnew", "-n", "ünï 🎛", "a;b&c|d>e"])(
  "a shell reads back %j",
  (word) => {
    expect(execFileSync("sh", ["-c", `printf '%s' ${shellQuote(word)}`]).toString()).toBe(word);
  },
);

it.each(["x\u0003\ny", "a\u001b[201~b'c\\d\n", "\u009b31mé\u007f"])("is pasted inertly and read back: %j", (word) => {
  const quoted = shellQuote(word);
  expect(quoted).toMatch(/^[\x20-\x7e]*$/);
  expect(execFileSync("bash", ["-c", `printf '%s' ${quoted}`]).toString()).toBe(word);
});

it("has no control characters in what goes over standard input", () => {
  const command = toolCommand("c", "t", true, { "a=b": "\u0003\u009b\u007f" });
  expect(command).toBe(`printf %s '{"a=b":"\\u0003\\u009b\\u007f"}' | patchbay tool run c t -`);
});

const secret = { type: "string", writeOnly: true };

it("leaves what the schema marks for the shell to fill in over standard input", () => {
  const schema = { properties: { api_key: secret } };
  expect(apiCommand("Ten", "submit_byok", schema, { provider: "apollo", api_key: "sk-123456" })).toBe(
    `printf %s '{"api_key":"'"\${SECRET_API_KEY:?}"'"}' | patchbay api Ten submit_byok provider=apollo -`,
  );
});

it.each([
  [
    "below a reference and an alternative",
    {
      properties: { login: { anyOf: [{ $ref: "#/$defs/login" }, { type: "null" }] } },
      $defs: { login: { properties: { pin: { format: "password" } } } },
    },
    { login: { user: "lena", pin: "sk-123456" } },
  ],
  ["in a list", { properties: { keys: { items: secret } } }, { keys: ["sk-123456", "sk-1234567"] }],
  [
    "as a whole object",
    { properties: { credentials: { type: "object", writeOnly: true } } },
    { credentials: { token: "sk-123456" } },
  ],
  ["under any name", { additionalProperties: secret }, { "X-Key": "sk-123456" }],
  [
    "in a schema that refers to itself",
    { properties: { next: { $ref: "#" }, key: secret } },
    { next: { next: { key: "sk-123456" } } },
  ],
])("leaves out what is marked %s", (_where, schema, values) => {
  const command = toolCommand("c", "t", schema, values);
  expect(command).not.toContain("sk-123456");
  expect(command).toMatch(/^printf %s .*\$\{SECRET_\w+:\?\}.* \| patchbay tool run c t -$/);
});

it("does not send what stands for a redacted secret", () => {
  const command = toolCommand("c", "t", true, { header: "Bearer <redacted>", by: { "tok <redacted>": 1 }, n: 1 });
  expect(command).toBe(
    `printf %s '{"header":"'"\${SECRET_HEADER:?}"'","by":{"'"\${SECRET_BY:?}"'":1}}' | patchbay tool run c t n:=1 -`,
  );
});

it("a shell fills in what was left out, and sends nothing while it is not set", () => {
  const schema = { properties: { token: secret, pins: { items: { writeOnly: true } } } };
  const [line] = toolCommand("c", "t", schema, { token: "a", pins: [1, "b"], text: "it's" }).split(" | ");
  const shell = (variables: Record<string, string>) =>
    execFileSync("sh", ["-c", line ?? ""], { env: { ...process.env, ...variables }, stdio: "pipe" }).toString();
  expect(JSON.parse(shell({ SECRET_TOKEN: "o'ne $2", SECRET_PINS: "4", SECRET_PINS_2: "three" }))).toEqual({
    token: "o'ne $2",
    pins: [4, "three"],
  });
  expect(() => shell({})).toThrow("SECRET_TOKEN");
});
