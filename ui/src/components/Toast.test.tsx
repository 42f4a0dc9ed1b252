import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newQueryClient } from "@/host/queryClient";
import { showToast } from "@/host/toasts";
import { Toasts } from "./Toast";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const shown = () => screen.queryByRole("region", { name: "Notifications" });

function show(): void {
  const client = newQueryClient();
  render(
    <QueryClientProvider client={client}>
      <Toasts />
    </QueryClientProvider>,
  );
  act(() => showToast(client, "Rotated"));
}

it("goes by itself where the pointer that pressed something rests beneath it", () => {
  show();
  fireEvent.pointerOver(screen.getByText("Rotated", { selector: "section *" }));
  act(() => void vi.advanceTimersByTime(7_000));
  expect(shown()).toBeNull();
});

it("stays while the pointer moves in it", () => {
  show();
  fireEvent.pointerMove(screen.getByText("Rotated", { selector: "section *" }));
  act(() => void vi.advanceTimersByTime(7_000));
  expect(shown()).toBeVisible();
  fireEvent.pointerOut(screen.getByText("Rotated", { selector: "section *" }));
  act(() => void vi.advanceTimersByTime(7_000));
  expect(shown()).toBeNull();
});
