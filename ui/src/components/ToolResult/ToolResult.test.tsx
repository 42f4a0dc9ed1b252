import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type ToolRun } from "@/host/bindings";
import { renderFeature } from "@/test/renderFeature";
import { exchange, run } from "@/test/samples";
import { ToolResult } from "./ToolResult";

const copied = vi.fn<(text: string) => void>();

async function show(given: Partial<ToolRun>) {
  const one = run(given);
  renderFeature({ routes: { "/": () => <ToolResult run={one} /> }, at: "/", onCopy: copied });
  await screen.findByRole("region", { name: "Result" });
}

it("copies_the_response_of_a_run_without_a_result", async () => {
  await show({ result: null, exchange: exchange("not found") });
  await userEvent.click(screen.getByRole("button", { name: "Copy result" }));
  expect(copied.mock.lastCall?.[0]).toBe("not found");
});

it("offers_no_copy_where_there_is_nothing_to_copy", async () => {
  await show({ result: null, exchange: null });
  expect(screen.queryByRole("button", { name: "Copy result" })).toBeNull();
});
