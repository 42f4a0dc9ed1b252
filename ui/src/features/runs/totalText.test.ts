import { expect, it } from "vitest";
import { totalText } from "./totalText";

it.each([
  [1, false, false, "1 run"],
  [12, true, false, "12 runs found"],
  [200, true, true, "At least 200 runs found"],
])("tells %s runs", (total, isFiltered, hasMoreThanTotal, text) => {
  expect(totalText(total, { isFiltered, hasMoreThanTotal })).toBe(text);
});
