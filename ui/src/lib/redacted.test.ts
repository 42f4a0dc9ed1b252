import { expect, it } from "vitest";
import { withoutRedacted } from "./redacted";

it("takes redacted secrets out and names them, and leaves everything else", () => {
  expect(withoutRedacted({ a: "<redacted>", b: null, c: { token: "<redacted>", d: [1, null] }, e: ["<redacted>", "x"] })).toEqual({
    values: { b: null, c: { d: [1, null] }, e: ["x"] },
    missing: ["a", "token", "e"],
  });
  expect(withoutRedacted(null)).toEqual({ values: {}, missing: [] });
});
