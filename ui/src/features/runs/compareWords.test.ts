import { expect, it } from "vitest";
import { type RunDifference } from "@/host/bindings";
import { valueWords } from "./compareWords";

it("numbers_that_may_have_been_rounded_are_marked", () => {
  const of: RunDifference = { part: "outcome", pointer: "/outcome/result/id", change: "changed", before: 1, after: 2 };
  const words = (json: string) => valueWords(of, JSON.parse(json));
  expect(words("9007199254740993")).toBe("≈ 9007199254740992");
  expect(words('{"id":9007199254740993}')).toBe('{"id":"≈ 9007199254740992"}');
  expect(words("20")).toBe("20");
  expect(words('"20"')).toBe('"20"');
});
