import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { axeViolations } from "@/test/axe";
import { pastedAddress, pastedProgram } from "@/test/pastedSamples";
import { renderApp } from "@/test/renderApp";
import {
  about,
  connector,
  hostedConnector,
  manyConnectors,
  manyEntries,
  manyRuns,
  manyTools,
  problem,
} from "@/test/samples";

const full = { connectors: manyConnectors(), tools: manyTools(), runs: manyRuns(), wallet: manyEntries() };

/** Opens Home with something on it. */
async function openHome() {
  const view = renderApp("/", full);
  await screen.findByText("HubSpot CRM needs sign-in");
  return view;
}

/** Opens the sheet of shortcuts over the list of connectors. */
async function openSheet(state: Parameters<typeof renderApp>[1] = full) {
  const view = renderApp("/connectors", state);
  await screen.findByRole("row", { name: /^HubSpot/ });
  await view.user.keyboard("?");
  const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
  const group = (name: string) => within(within(sheet).getByRole("region", { name }));
  return { ...view, sheet, group };
}

describe("home", () => {
  it("shows_what_needs_you_with_the_way_to_fix_it", async () => {
    const { user, container } = renderApp("/", full);
    expect(await screen.findByText("HubSpot CRM needs sign-in")).toBeVisible();
    expect(screen.getByRole("link", { name: /Home/ })).toHaveAttribute("aria-current", "page");
    expect(await axeViolations(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: /^Check ?, Postgres analytics/ }));
    // The page is loaded when it is first gone to, which is not what is measured here.
    expect(
      await screen.findByRole("heading", { name: "Postgres analytics", level: 1 }, { timeout: 10_000 }),
    ).toBeVisible();
  });

  it("starts_with_one_box_and_only_what_there_is", async () => {
    const { container } = renderApp("/");
    expect(await screen.findByRole("heading", { name: "Add your first connector" })).toBeVisible();
    expect(
      screen.getByText("Paste the address of an MCP server, a command, or settings of another app."),
    ).toBeVisible();
    expect(
      screen.getByRole("button", { name: /^Add a connector.*A server on the web or a program on this computer\.$/ }),
    ).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Address of an MCP server" })).toHaveFocus();
    expect(screen.queryByText("Try the Playground")).toBeNull();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("tells_of_runs_that_could_not_be_read_and_takes_it_for_no_first_launch", async () => {
    const { user, host } = renderApp("/", {}, (own) =>
      own.fail("listRuns", { code: "store.failed", message: "the database cannot be read" }),
    );
    expect(await screen.findByText("The database cannot be read")).toBeVisible();
    expect(screen.queryByText("No runs yet")).toBeNull();
    expect(screen.queryByRole("heading", { name: "Add your first connector" })).toBeNull();
    host.handlers.listRuns = () => ({ runs: [], next: null, total: 0, hasMoreThanTotal: false });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "Add your first connector" })).toBeVisible();
  });

  it("leads_to_the_platforms_at_the_first_launch", async () => {
    const { user } = renderApp("/");
    await user.click(await screen.findByRole("button", { name: /^Sign in to a platform/ }));
    const dialog = await screen.findByRole("dialog", { name: "Add account" });
    // Arrows go from one platform to the next, and stay at the ends.
    await waitFor(() => expect(within(dialog).getByRole("button", { name: /^Mistral/ })).toHaveFocus());
    await user.keyboard("{ArrowDown}");
    expect(within(dialog).getByRole("button", { name: /^Cohere/ })).toHaveFocus();
    await user.keyboard("{End}{ArrowDown}");
    expect(within(dialog).getByRole("button", { name: /^10ex/ })).toHaveFocus();
  });

  it("leads_into_the_playground_where_one_runs", async () => {
    const { user, host } = renderApp("/", { about: about({ playgroundUrl: "http://127.0.0.1:7788/mcp" }) });
    await user.click(await screen.findByRole("button", { name: /Try the Playground/ }));
    await waitFor(() =>
      expect(host.lastCall("inspectAddress")).toMatchObject({ address: "http://127.0.0.1:7788/mcp" }),
    );
  });
});

describe("keys", () => {
  it("go_to_places", async () => {
    const { user } = await openHome();
    await user.keyboard("{Control>}5{/Control}");
    expect(await screen.findByRole("heading", { name: "Credentials" })).toBeVisible();
  });

  it("go_back_and_forward_as_in_a_browser", async () => {
    const { user } = await openHome();
    await user.keyboard("{Control>}5{/Control}");
    await screen.findByRole("heading", { name: "Credentials" });
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(await screen.findByText("HubSpot CRM needs sign-in")).toBeVisible();
    await user.keyboard("{Alt>}{ArrowRight}{/Alt}");
    expect(await screen.findByRole("heading", { name: "Credentials" })).toBeVisible();
  });

  it("lead_from_the_palette_into_the_first_field_of_a_tool_and_out_of_it", async () => {
    const { user } = await openHome();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "search_issues");
    await user.click((await screen.findAllByRole("option", { name: /search_issues/ }))[0]!);
    const form = await screen.findByRole("form", { name: /search_issues/ }, { timeout: 10_000 });
    await waitFor(() => expect(form).toContainElement(document.activeElement as HTMLElement));
    expect(document.activeElement?.tagName).toBe("INPUT");
    await user.keyboard("{Escape}{Escape}");
    expect(await screen.findByRole("heading", { name: "Tools", level: 1 })).toBeVisible();
  });

  it("are_all_on_one_sheet", async () => {
    const { sheet, group } = await openSheet();
    // Those of other pages too, which do not act here.
    expect(group("On tools and runs").getByText("Edit and run")).toBeVisible();
    expect(group("On tools and runs").getByText("Dry run")).toBeVisible();
    expect(within(sheet).getByText("Remove")).toBeVisible();
    expect(within(sheet).getByText("Open browser again")).toBeVisible();
  });

  it("change_on_the_sheet_and_act_and_are_shown_so_at_once", async () => {
    const { host, user, sheet, group } = await openSheet();
    const here = group("On Home and connectors");
    await user.click(here.getByRole("button", { name: "Change Add connector, N" }));
    await user.keyboard("d");
    expect(within(sheet).getByRole("alert")).toHaveTextContent("“Check” already has D. Press other keys.");
    await user.keyboard("{Enter}");
    expect(within(sheet).getByRole("alert")).toHaveTextContent("This key can't be a shortcut. Press other keys.");
    await user.keyboard("{Control>}g{/Control}");
    expect(within(sheet).queryByRole("alert")).toBeNull();
    expect(here.getByRole("button", { name: "Change Add connector, Ctrl G" })).toHaveTextContent("Ctrl G");
    await waitFor(() => expect(host.state.preferences.shortcuts).toEqual({ "connectors.add": "Mod+G" }));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByRole("button", { name: "Add connector" })).toHaveTextContent("Ctrl G");
    await user.keyboard("n");
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.keyboard("{Control>}g{/Control}");
    expect(await screen.findByRole("dialog", { name: /Add/ })).toBeVisible();
  });

  it("stay_as_they_were_when_their_change_is_left_and_come_back_by_reset", async () => {
    const shortcuts = { "connectors.add": "Mod+G", "runs.again": "G" };
    const { host, user, sheet, group } = await openSheet({ ...full, preferences: { shortcuts } });
    const runs = group("On tools and runs");
    await user.click(runs.getByRole("button", { name: "Change Run again, G" }));
    await user.keyboard("{Escape}");
    // Only the change was left.
    expect(sheet).toBeVisible();
    await user.click(runs.getByRole("button", { name: "Change Run again, G" }));
    await user.tab();
    await user.keyboard("x");
    await user.click(runs.getByRole("button", { name: "Reset Run again" }));
    await waitFor(() => expect(host.state.preferences.shortcuts).toEqual({ "connectors.add": "Mod+G" }));
    expect(runs.getByRole("button", { name: "Change Run again, R" })).toBeVisible();
    await user.click(within(sheet).getByRole("button", { name: "Reset all" }));
    await waitFor(() => expect(host.state.preferences.shortcuts).toEqual({}));
    expect(within(sheet).getByRole("button", { name: "Reset all" })).toBeDisabled();
  });

  it("of_one_letter_rest_when_switched_off", async () => {
    const { user } = renderApp("/connectors", { ...full, preferences: { singleLetterKeys: false } });
    await screen.findByRole("row", { name: /^HubSpot/ });
    await user.keyboard("n");
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.keyboard("{Control>}k{/Control}");
    expect(await screen.findByRole("dialog", { name: "Search or run a command" })).toBeVisible();
  });

  it("leave_a_field_and_not_the_page_with_escape", async () => {
    const { user } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
    const title = await screen.findByRole("textbox", { name: "Name" });
    await user.type(title, " two{Escape}");
    expect(title).toHaveValue("GitHub two");
    expect(title).not.toHaveFocus();
  });
});

describe("palette", () => {
  it("finds_tools_by_parts_of_their_names_and_connectors", async () => {
    const { user } = await openHome();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "git iss");
    const tools = await screen.findByRole("group", { name: "Tools" });
    expect(within(tools).getByRole("option", { name: /^create_ ?iss ?ue/ })).toBeVisible();
    await user.clear(screen.getByRole("combobox"));
    await user.type(screen.getByRole("combobox"), "$stripe{Enter}");
    expect(await screen.findByRole("heading", { name: "Credentials" })).toBeVisible();
  });

  it("does_what_it_names", async () => {
    const { user } = await openHome();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), ">dark{Enter}");
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
  });

  it("ends_all_sessions_while_there_are_any", async () => {
    const { user, host } = await openHome();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), ">end all");
    expect(screen.queryByRole("option", { name: /End all sessions/ })).toBeNull();
    const held = { name: "", server: "", pid: null, clients: 0, seconds: 5, memoryKib: null, lastLine: null };
    host.handlers.endSession = () => null;
    host.handlers.listSessions = () => ["con_1", "con_2", "con_1"].map((id) => ({ ...held, connector: id }));
    expect(await screen.findByRole("option", { name: /End all sessions/ }, { timeout: 3000 })).toBeVisible();
    await user.keyboard("{Enter}");
    await waitFor(() =>
      expect(host.calls.filter(({ name }) => name === "endSession").map(({ given }) => given)).toEqual([
        { connector: "con_1" },
        { connector: "con_2" },
      ]),
    );
    expect(await screen.findByRole("status")).toHaveTextContent("All sessions ended");
  });
});

it("an_address_pasted_outside_a_field_is_looked_at", async () => {
  const { host } = renderApp("/connectors", full);
  await screen.findByRole("row", { name: /^HubSpot/ });
  fireEvent.paste(document.body, { clipboardData: { getData: () => "https://mcp.example.com/mcp" } });
  await waitFor(() =>
    expect(host.lastCall("inspectAddress")).toMatchObject({ address: "https://mcp.example.com/mcp" }),
  );
});

it("settings_act_at_once_and_are_kept", async () => {
  const { user, host, container } = renderApp("/settings");
  await user.click(await screen.findByRole("radio", { name: "Compact" }));
  expect(document.documentElement).toHaveAttribute("data-density", "compact");
  await user.click(screen.getByRole("radio", { name: "150 %" }));
  expect(host.state.preferences).toMatchObject({ density: "compact", zoomPercent: 150 });
  expect(await axeViolations(container)).toEqual([]);
});

it("a_link_that_was_refused_is_explained", async () => {
  renderApp("/", full, (host) => {
    host.handlers.takeRefusedLink = () => problem({ code: "auth.callback", message: "the link belongs to no sign-in" });
  });
  expect(await screen.findByRole("alertdialog", { name: "Couldn't open link" })).toHaveTextContent(
    "The link belongs to no sign-in",
  );
});

it("a_refused_link_stays_explained_when_its_event_comes_after_it_was_taken", async () => {
  const reason = problem({ code: "auth.callback", message: "the link belongs to no sign-in" });
  const refused = [reason];
  const { host } = renderApp("/", full, (host) => {
    host.handlers.takeRefusedLink = () => refused.shift() ?? null;
  });
  const dialog = await screen.findByRole("alertdialog", { name: "Couldn't open link" });
  await act(() => host.emit({ kind: "link_refused", problem: reason }));
  await waitFor(() => expect(host.calls.filter(({ name }) => name === "takeRefusedLink")).toHaveLength(2));
  expect(dialog).toBeVisible();
});

it("a_link_that_proposes_a_server_waits_for_the_dialog_that_is_open", async () => {
  const { user, host } = renderApp("/settings", full);
  await user.keyboard("?");
  const keys = await screen.findByRole("dialog");
  const link = "patchbay://install?name=files&config=e30";
  const offered = [link];
  host.handlers.takeOfferedLink = () => offered.shift() ?? null;
  host.handlers.readPasted = ({ text }) => {
    expect(text).toBe(link);
    return { servers: [pastedProgram(["npx", "-y", "server"])], notes: [], isLink: true };
  };
  await act(() => host.emit({ kind: "link_offered" }));
  expect(keys).toBeInTheDocument();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(keys).not.toBeInTheDocument());
  expect(await screen.findByRole("dialog")).toHaveTextContent("npx");
});

it("a_link_that_proposes_a_server_waits_for_the_dialog_of_a_page", async () => {
  const { user, host } = renderApp("/connectors", { ...full, connectors: [hostedConnector()] });
  (await screen.findByRole("row", { name: /^HubSpot/ })).focus();
  await user.keyboard("{Backspace}");
  const question = await screen.findByRole("alertdialog");
  const taken = vi.fn(() => null);
  host.handlers.takeOfferedLink = taken;
  await act(() => host.emit({ kind: "link_offered" }));
  expect(question).toBeInTheDocument();
  expect(taken).not.toHaveBeenCalled();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(taken).toHaveBeenCalled());
});

it("nothing_is_sent_to_the_address_of_a_link_before_somebody_agreed", async () => {
  const { user, host } = renderApp("/settings", full);
  const url = "http://192.168.1.1/mcp";
  const offered = [`patchbay://install?url=${url}`];
  host.handlers.takeOfferedLink = () => offered.shift() ?? null;
  host.handlers.readPasted = () => ({ servers: [pastedAddress(url)], notes: [], isLink: true });
  await act(() => host.emit({ kind: "link_offered" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent(url);
  expect(host.lastCall("inspectAddress")).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await waitFor(() => expect(host.lastCall("inspectAddress")).toMatchObject({ address: url }));
});

it("places_and_accounts_are_those_that_exist", async () => {
  renderApp("/", full);
  const places = await screen.findByRole("navigation", { name: "Navigation" });
  expect(
    within(places)
      .getAllByRole("link")
      .map((link) => link.textContent.replace(/\d+( needs? attention)?$/, "")),
  ).toEqual(["Home", "Connectors", "Tools", "Runs", "Credentials", "Catalog", "This computer"]);
});
