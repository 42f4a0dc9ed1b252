import { expect, it } from "vitest";
import { occurrences } from "./occurrences";

it("finds a text in any case, and signs as they are", () => {
  expect(occurrences("Open, reopened, OPEN", "open")).toEqual([0, 8, 16]);
  expect(occurrences("a.b axb (a.b)", "a.b")).toEqual([0, 9]);
  expect(occurrences("anything", "")).toEqual([]);
});
