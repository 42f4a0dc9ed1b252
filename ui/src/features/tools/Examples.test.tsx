import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector, run, tool } from "@/test/samples";

it("says why the arguments of an earlier run were not loaded", async () => {
  const { user, host } = renderApp("/tools/con_github/report", {
    connectors: [connector()],
    tools: [{ connector: "con_github", tool: tool({ name: "report", inputSchema: { type: "object" } }) }],
    runs: [run({ tool: "report" })],
  });
  host.fail("findRun", { message: "run not found" });
  await user.click(await screen.findByRole("button", { name: "Recent" }));
  await user.click((await screen.findAllByRole("menuitem"))[0]!);
  expect(await screen.findAllByText("Arguments not loaded. Run not found.")).not.toHaveLength(0);
});
