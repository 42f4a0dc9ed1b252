import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";

const allowed = (name: string) => ({
  id: name,
  program: { name, file: `/usr/bin/${name}`, arguments: [] },
  allowedAt: "2026-11-20T08:00:00Z",
});

it("keeps_the_focus_near_a_program_that_is_forgotten", async () => {
  const { user } = renderApp("/settings", { allowedPrograms: ["pass", "node", "uvx"].map(allowed) });
  await user.click(await screen.findByRole("button", { name: "Forget node" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Forget uvx" })).toHaveFocus());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.getByRole("button", { name: "Forget pass" })).toHaveFocus());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("region", { name: "Allowed programs" })).toBeNull());
  expect(document.activeElement).toContainElement(screen.getByRole("main"));
  expect(document.body).not.toHaveFocus();
});

it("shows_allowed_programs_whole_and_forgets_them", async () => {
  const pass = {
    id: "a1",
    program: { name: "pass", file: "/usr/bin/pass", arguments: ["show", "mcp"] },
    allowedAt: "2026-11-20T08:00:00Z",
  };
  const { user, host } = renderApp("/settings", { allowedPrograms: [pass] });
  const section = await screen.findByRole("region", { name: "Allowed programs" });
  expect(within(section).getByText("/usr/bin/pass show mcp")).toBeVisible();
  expect(within(section).getByText(/^Patchbay runs these as local servers or to read secrets\./)).toBeVisible();
  await user.click(within(section).getByRole("button", { name: "Forget pass" }));
  expect(host.lastCall("forgetProgram")).toEqual({ program: "a1" });
  await waitFor(() => expect(screen.queryByRole("region", { name: "Allowed programs" })).toBeNull());
});

it("shows_a_program_that_was_allowed_elsewhere_meanwhile", async () => {
  const { user, host, history } = renderApp("/settings", { allowedPrograms: [allowed("pass")] });
  await screen.findByRole("button", { name: "Forget pass" });
  await user.click(screen.getByRole("link", { name: /^Connectors/ }));
  await screen.findByRole("heading", { name: /^Connectors/ });
  host.state.allowedPrograms = ["pass", "npx"].map(allowed);
  act(() => history.back());
  expect(await screen.findByRole("button", { name: "Forget npx" })).toBeVisible();
});
