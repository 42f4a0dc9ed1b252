import { expect, it } from "vitest";
import { fieldAt } from "./fieldAt";
import { formSchema } from "./formSchema";

const drawn = formSchema({
  type: "object",
  properties: {
    name: { type: "string" },
    labels: { type: "array", items: { type: "string" } },
    rules: { type: "array", items: { type: "object", properties: { path: { type: "string" } } } },
    filter: { type: "object" },
    headers: { type: "object", additionalProperties: { type: "string" } },
    authentication: {
      oneOf: [
        { title: "None", type: "object", properties: { kind: { const: "none" } } },
        { title: "Token", type: "object", properties: { kind: { const: "token" }, token: { type: "string" } } },
      ],
    },
  },
  if: { required: ["name"] },
  then: { properties: { title: { type: "string" } } },
});

it.each([
  ["/name", "/name"],
  ["/rules/0/path", "/rules/0/path"],
  ["/rules/0", "/rules/0"],
  ["/headers/X-A", "/headers/X-A"],
  ["/authentication/token", "/authentication/token"],
  ["/title", "/title"],
])("finds the field of %s", (pointer, field) => expect(fieldAt(drawn, pointer)).toBe(field));

it.each([
  ["/labels/2", "/labels"],
  ["/filter/and/0", "/filter"],
  ["/rules/0/gone", "/rules/0"],
])("finds what edits %s as a whole", (pointer, field) => expect(fieldAt(drawn, pointer)).toBe(field));

it.each(["", "/gone", "/toString"])("finds none for %j", (pointer) => expect(fieldAt(drawn, pointer)).toBe(""));
