import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { type ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newQueryClient } from "@/host/queryClient";
import { showToast } from "@/host/toasts";
import { Dialog } from "./Dialog";
import { Toasts } from "./Toast";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const shown = () => screen.queryByRole("region", { name: "Notifications" });

function show(beside?: ReactNode): QueryClient {
  const client = newQueryClient();
  render(
    <QueryClientProvider client={client}>
      <main>Page</main>
      {beside}
      <Toasts />
    </QueryClientProvider>,
  );
  act(() => showToast(client, "Rotated"));
  return client;
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

it("is spoken and can be dismissed while a dialog is open", () => {
  show(
    <Dialog title="Rotate" onClose={() => undefined}>
      Steps
    </Dialog>,
  );
  const isHidden = (element: Element) => element.closest("[inert], [aria-hidden=true]") !== null;
  expect(isHidden(screen.getByText("Page"))).toBe(true);
  const [announcement, toast] = screen.getAllByText("Rotated");
  expect(announcement).toHaveRole("status");
  expect([announcement, toast].map((one) => one && isHidden(one))).toEqual([false, false]);
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(shown()).toBeNull();
});

it("gives the focus to the toast beside it, and the last one back to where it was", () => {
  const client = show(<button>Rotate</button>);
  act(() => showToast(client, "Renamed"));
  const before = screen.getByRole("button", { name: "Rotate" });
  before.focus();
  const dismiss = () => screen.getAllByRole("button", { name: "Dismiss" });
  const [, second] = dismiss();
  act(() => dismiss()[0]?.focus());
  fireEvent.click(dismiss()[0]!);
  expect(second).toHaveFocus();
  fireEvent.click(second!);
  act(() => void vi.advanceTimersByTime(1));
  expect(shown()).toBeNull();
  expect(before).toHaveFocus();
});
