import { expect, it } from "vitest";
import { withoutRedacted } from "./redacted";

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
