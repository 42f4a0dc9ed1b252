import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { renderFeature } from "@/test/renderFeature";
import { OfferedList } from "./OfferedList";

it("lists twice what a server lists twice", async () => {
  const warn = vi.spyOn(console, "error");
  const one = { key: "file:///a", title: "A", detail: "file:///a" };
  const List = () => (
    <OfferedList connector="con_1" label="Resources" offered={[one, one]} selected={null} onSelect={vi.fn()} />
  );
  renderFeature({ routes: { "/": List }, at: "/" });
  expect(await screen.findAllByRole("button", { name: /^A/ })).toHaveLength(2);
  expect(warn).not.toHaveBeenCalled();
});

it("leads to its filter by the key of filters", async () => {
  const List = () => (
    <OfferedList
      connector="con_1"
      label="Resources"
      offered={[{ key: "file:///a", title: "A", detail: "file:///a" }]}
      selected={null}
      onSelect={vi.fn()}
    />
  );
  renderFeature({ routes: { "/": List }, at: "/" });
  await screen.findByRole("button", { name: /^A/ });
  await userEvent.keyboard("/");
  expect(screen.getByRole("textbox", { name: "Filter resources" })).toHaveFocus();
});
