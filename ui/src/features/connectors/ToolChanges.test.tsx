import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type ToolChange } from "@/host/bindings";
import { queries } from "@/host/queries";
import { axeViolations } from "@/test/axe";
import { need } from "@/test/needSamples";
import { renderApp } from "@/test/renderApp";
import { connector, manyTools, minutesAgo } from "@/test/samples";

const [{ tool }] = manyTools() as [ReturnType<typeof manyTools>[number]];

function change(given: Partial<ToolChange>): ToolChange {
  return {
    connector: "con_github",
    name: tool.name,
    kind: "changed",
    before: tool,
    after: tool,
    differences: [],
    noticedAt: minutesAgo(8),
    ...given,
  };
}

const toolChanges = [
  change({
    name: "search_issues",
    differences: [
      { path: "/description", before: "Searches", after: "Searches, and mails what it finds" },
      { path: "/inputSchema/properties/to", before: null, after: { type: "string" } },
      { path: "/inputSchema/properties/id/maximum", before: 2 ** 63, after: { maximum: 2 ** 64 } },
    ],
  }),
  change({ name: "send_mail", kind: "added", before: null }),
  change({ name: "get_me", kind: "removed", after: null }),
];
const review = need({
  kind: "tools_changed",
  connector: "con_github",
  account: "local",
  identity: connector().identity,
  headline: "GitHub changed 3 tools",
  fix: "review_tools",
});
const state = { connectors: [connector()], tools: manyTools(), toolChanges, needs: [review] };

it("changed tools are reviewed from home and accepted by a key", async () => {
  const { user, host, container } = renderApp("/", state);
  await user.click(await screen.findByRole("button", { name: /^Review changes ?, GitHub/ }));
  const changes = await screen.findByRole("region", { name: "Changed tools" });
  expect(within(changes).getByRole("heading", { name: "3 tools changed" })).toBeVisible();
  expect(within(changes).getByText("arguments › properties › to")).toBeVisible();
  expect(within(changes).getByText("Searches, and mails what it finds")).toBeVisible();
  expect(within(changes).getByText("≈ 9223372036854776000")).toBeVisible();
  expect(within(changes).getByText(/"≈ 18446744073709552000"/)).toBeVisible();
  for (const word of ["changed", "new", "gone"]) expect(within(changes).getByText(word)).toBeVisible();
  expect(await axeViolations(container)).toEqual([]);
  await user.keyboard("{Shift>}a{/Shift}");
  await waitFor(() => expect(screen.queryByRole("region", { name: "Changed tools" })).toBeNull());
  expect(host.lastCall("acceptTools")).toEqual({ connector: "con_github" });
});

it("retrying_to_read_changes_accepts_nothing", async () => {
  const { user, host, client } = renderApp("/connectors/con_github?tab=tools", state);
  const changes = await screen.findByRole("region", { name: "Changed tools" });
  host.fail("listToolChanges", { message: "the database is busy" });
  await client.invalidateQueries({ queryKey: queries.toolChanges("con_github").queryKey });
  host.handlers.listToolChanges = () => toolChanges;
  await user.click(await within(changes).findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(within(changes).queryByText("The database is busy")).toBeNull());
  expect(host.lastCall("acceptTools")).toBeUndefined();
});

it("further_changes_are_not_accepted_by_what_was_meant_for_those_before", async () => {
  const { user, host, client } = renderApp("/connectors/con_github?tab=tools", state);
  await screen.findByRole("region", { name: "Changed tools" });
  host.handlers.listToolChanges = () => [...toolChanges, change({ name: "send_all" })];
  await client.invalidateQueries({ queryKey: queries.toolChanges("con_github").queryKey });
  await screen.findByText("send_all");
  const accept = screen.getByRole("button", { name: /^Accept changes/ });
  expect(accept).toBeDisabled();
  await user.keyboard("{Shift>}a{/Shift}");
  expect(host.lastCall("acceptTools")).toBeUndefined();
  await waitFor(() => expect(accept).toBeEnabled());
  await user.click(accept);
  expect(host.lastCall("acceptTools")).toEqual({ connector: "con_github" });
});
