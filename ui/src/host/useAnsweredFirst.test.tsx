import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { useAnsweredFirst } from "./useAnsweredFirst";

const [here, awaited] = [{ isPending: false }, { isPending: true }];

const answered = (...reads: { isPending: boolean }[]) => renderHook(() => useAnsweredFirst(reads)).result;

afterEach(() => {
  vi.useRealTimers();
});

it("counts_what_came_before_the_first_that_is_still_awaited", () => {
  expect(answered().current).toBe(0);
  expect(answered(here, here).current).toBe(2);
  expect(answered(here, awaited, here).current).toBe(1);
  expect(answered(awaited, here).current).toBe(0);
});

it("holds_nothing_back_for_long", () => {
  vi.useFakeTimers();
  const result = answered(awaited, here);
  act(() => {
    vi.advanceTimersByTime(1000);
  });
  expect(result.current).toBe(2);
});
