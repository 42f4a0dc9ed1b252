import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { Advanced } from "./Advanced";

it("stays open while it contains an error", async () => {
  const show = (hasNews: boolean) => <Advanced hasNews={hasNews}>Fields</Advanced>;
  const { rerender } = render(show(false));
  expect(screen.queryByText("Fields")).toBeNull();
  rerender(show(true));
  expect(screen.getByText("Fields")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.getByText("Fields")).toBeVisible();
  rerender(show(false));
  expect(screen.getByText("Fields")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.queryByText("Fields")).toBeNull();
});
