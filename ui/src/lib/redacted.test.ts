import { expect, it } from "vitest";
import { restorable, withoutRedacted } from "./redacted";

it("takes redacted secrets out and names them, and leaves everything else", () => {
  expect(
    withoutRedacted({ a: "<redacted>", b: null, c: { token: "<redacted>", d: [1, null] }, e: ["<redacted>", "x"] }),
  ).toEqual({ values: { b: null, c: { d: [1, null] }, e: ["x"] }, missing: ["a", "token", "e"] });
  expect(withoutRedacted(null)).toEqual({ values: {}, missing: [] });
});

it("takes out texts and members of which only a part was secret", () => {
  expect(
    withoutRedacted({
      header: "Bearer <redacted>",
      urls: ["https://h/?key=<redacted>", "https://h/"],
      by: { "tok <redacted>": 1, x: 2 },
    }),
  ).toEqual({ values: { urls: ["https://h/"], by: { x: 2 } }, missing: ["header", "urls", "tok <redacted>"] });
});

it("restores no integer that may have been rounded on its way to the window", () => {
  expect(
    restorable(JSON.parse('{"id": 9007199254740993, "n": 9007199254740991, "x": 0.1, "in": {"ids": [1, -1e20]}}')),
  ).toEqual({
    values: { n: 9007199254740991, x: 0.1, in: { ids: [1] } },
    missing: ["id (too long to restore exactly)", "ids (too long to restore exactly)"],
  });
  // What was typed here is exact.
  expect(withoutRedacted({ id: 1152921504606846976 })).toEqual({ values: { id: 1152921504606846976 }, missing: [] });
});
