import { expect, it } from "vitest";
import { formSchema } from "./formSchema";
import { isChosenAway } from "./isChosenAway";

const drawn = formSchema({
  type: "object",
  properties: {
    name: { type: "string" },
    sign: {
      oneOf: [
        { type: "object", properties: { kind: { const: "none" } } },
        {
          type: "object",
          properties: { kind: { const: "token" }, token: { type: "string" }, app: { $ref: "#/$defs/app" } },
        },
      ],
    },
    app: { $ref: "#/$defs/app" },
  },
  $defs: {
    app: {
      oneOf: [
        { type: "object", properties: { id: { type: "string" } } },
        { type: "object", properties: { url: { type: "string" } } },
      ],
    },
  },
});

it.each([
  ["/sign/token", { sign: { kind: "none" } }, true],
  ["/sign/token", {}, true],
  ["/sign/token", { sign: { kind: "token" } }, false],
  ["/sign/app/id", { sign: { kind: "none" } }, true],
  ["/sign/app/id", { sign: { kind: "token" } }, false],
  ["/app/id", { app: { url: "x" } }, false],
  ["/name", {}, false],
  ["/unknown", {}, false],
])("%s of %j: %s", (pointer, value, expected) =>
  expect(isChosenAway(drawn, value, pointer.slice(1).split("/"))).toBe(expected),
);
