import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ago } from "@/lib/time";
import { useNow } from "./clock";

const start = new Date("2026-11-20T09:00:00Z");

function Since() {
  return <p>{ago(start.toISOString(), useNow())}</p>;
}

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function setVisibility(state: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

it("renews_all_shown_times_with_one_timer_that_ends_with_the_last_view", () => {
  const { unmount } = render(
    <>
      <Since />
      <Since />
    </>,
  );
  expect(screen.getAllByText("just now")).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(1);
  act(() => void vi.advanceTimersByTime(120_000));
  expect(screen.getAllByText("2 min ago")).toHaveLength(2);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it("rests_while_the_window_is_hidden_and_is_right_when_it_is_shown_again", () => {
  render(<Since />);
  setVisibility("hidden");
  expect(vi.getTimerCount()).toBe(0);
  act(() => void vi.advanceTimersByTime(600_000));
  setVisibility("visible");
  expect(screen.getByText("10 min ago")).toBeVisible();
});
