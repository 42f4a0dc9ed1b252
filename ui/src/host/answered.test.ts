import { expect, it } from "vitest";
import { answeredFirst } from "./answered";

it("counts_what_came_before_the_first_that_is_still_awaited", () => {
  const [here, awaited] = [{ isPending: false }, { isPending: true }];
  expect(answeredFirst([])).toBe(0);
  expect(answeredFirst([here, here])).toBe(2);
  expect(answeredFirst([here, awaited, here])).toBe(1);
  expect(answeredFirst([awaited, here])).toBe(0);
});
