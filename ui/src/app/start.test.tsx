import { act, waitFor } from "@testing-library/react";
import { expect, it, onTestFinished } from "vitest";
import { MockHost } from "@/test/mockHost";
import { start } from "./start";

function addRoot(): HTMLElement {
  const root = document.createElement("div");
  root.id = "root";
  document.body.append(root);
  onTestFinished(() => root.remove());
  return root;
}

it("misses_no_change_after_its_first_read", async () => {
  const host = new MockHost().install();
  addRoot();
  const numberOf = (command: string) => host.calls.filter(({ name }) => name === command).length;
  const started = start();
  expect(host.calls[0]?.name).toBe("subscribeToEvents");
  await act(() => host.emit({ kind: "accounts_changed" }));
  await act(() => started);
  await waitFor(() => expect(numberOf("listAccounts")).toBe(2));
  await act(() => host.emit({ kind: "accounts_changed" }));
  await waitFor(() => expect(numberOf("listAccounts")).toBe(3));
  expect(numberOf("subscribeToEvents")).toBe(1);
});

it("renders_the_window_when_its_connectors_cannot_be_read", async () => {
  const host = new MockHost().install();
  host.fail("firstConnectors", { code: "store.failed", message: "the database cannot be read" });
  const root = addRoot();
  await act(start);
  await waitFor(() => expect(root.childElementCount).toBeGreaterThan(0));
});
