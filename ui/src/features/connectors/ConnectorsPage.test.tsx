import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type StartAuthorization } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { renderApp } from "@/test/renderApp";
import { authorization, connector, manyConnectors, problem } from "@/test/samples";

describe("list of connectors", () => {
  it("names_rows_by_title_status_and_identity", async () => {
    const { container } = renderApp("/connectors", { connectors: manyConnectors() });
    expect(
      await screen.findByRole("row", {
        name: "HubSpot CRM, Needs sign-in, refresh token refused, This computer, Northlight ops, 24 tools",
      }),
    ).toBeVisible();
    expect(screen.getByRole("row", { name: "GitHub, Ready, This computer, northlight-bot, 38 tools" })).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("shows_no_pending_sign_in_for_a_ready_connector", async () => {
    const ready = connector();
    const waiting = connector({ id: "con_wiki", name: "wiki", title: "Wiki" });
    waiting.status = { ...waiting.status, status: "authorizing" };
    renderApp("/connectors", {
      connectors: [ready, waiting],
      authorizations: [ready, waiting].map(({ id }) => authorization({ id: `aut_${id}`, connector: id })),
    });
    const row = await screen.findByRole("row", { name: /^Wiki/ });
    expect(await within(row).findByText(/^Waiting for you, /)).toBeVisible();
    expect(within(screen.getByRole("row", { name: /^GitHub/ })).queryByText(/^Waiting for you/)).toBeNull();
  });

  it("shows_an_empty_state_and_adds_with_n", async () => {
    const { user } = renderApp("/connectors");
    expect(await screen.findByText("No connectors yet")).toBeVisible();
    await user.keyboard("n");
    expect(await screen.findByRole("dialog", { name: "Add connector" })).toBeVisible();
  });

  it("shows_a_load_error_with_its_code_and_retries", async () => {
    let refused = true;
    const { user } = renderApp("/connectors", { connectors: [connector()] }, (host) => {
      host.handlers.listConnectors = () => {
        if (refused)
          throw problem({
            code: "store.failed",
            message: "the database cannot be read",
            hint: "Free some space on the disk.",
          });
        return host.state.connectors;
      };
    });
    expect(await screen.findByText("The database cannot be read")).toBeVisible();
    expect(screen.getByText("store.failed")).toBeVisible();
    refused = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("row", { name: /^GitHub/ })).toBeVisible();
  });

  it("selects_with_j_and_opens_with_enter", async () => {
    const { user } = renderApp("/connectors", {
      connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta" })],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("j{Enter}");
    expect(await screen.findByRole("heading", { name: "Beta", level: 1 })).toBeVisible();
  });

  it("removes_with_backspace_and_restores_with_undo", async () => {
    const { user, host } = renderApp("/connectors", {
      connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta" })],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Backspace}");
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Alpha/ })).toBeNull());
    expect(screen.getByRole("row", { name: /^Beta/ })).toHaveAttribute("aria-selected", "true");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("row", { name: /^Alpha/ })).toBeVisible();
    expect(host.state.connectors).toHaveLength(2);
  });

  it("signs_in_the_selected_one_with_c", async () => {
    const { user, host } = renderApp("/connectors", { connectors: manyConnectors() });
    await screen.findByRole("row", { name: /^HubSpot/ });
    await user.keyboard("c");
    expect(await screen.findByRole("dialog", { name: "Sign in to HubSpot CRM" })).toBeVisible();
    expect(host.lastCall("startAuthorization")).toEqual({
      request: { connector: "con_hubspot", redirect: null, timeoutSeconds: null, choices: null },
    });
  });

  it("goes_on_to_the_next_sign_in_after_one_that_was_refused_or_closed", async () => {
    const status = { ...connector().status, status: "needs_authorization" as const };
    const waiting = (id: string, title: string) => connector({ id, title, status, nextAction: "sign_in" });
    const { user, host } = renderApp(
      "/connectors",
      { connectors: [waiting("a", "Alpha"), waiting("b", "Beta"), waiting("c", "Gamma")] },
      ({ handlers }) => {
        const { startAuthorization } = handlers;
        handlers.startAuthorization = (given) => {
          if ((given.request as StartAuthorization).connector === "a")
            throw problem({ code: "network.unreachable", message: "couldn't reach Alpha" });
          return startAuthorization!(given);
        };
      },
    );
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}c");
    expect(await screen.findByRole("dialog", { name: "Sign in to Beta" })).toBeVisible();
    await host.moveAuthorization("aut_b", { state: "denied" });
    expect(await screen.findByRole("dialog", { name: "Sign in to Gamma" })).toBeVisible();
    await host.moveAuthorization("aut_c", { state: "authorized" });
    await user.keyboard("{Escape}");
    const list = within(await screen.findByRole("grid", { name: "Connectors" }));
    expect(list.getByText("Couldn't reach Alpha")).toBeVisible();
    expect(list.getByText("Sign-in denied")).toBeVisible();
    expect(screen.getByText("2 selected, 2 failed")).toBeVisible();
  });

  it("filters_by_every_word_and_runs_no_shortcuts_in_the_field", async () => {
    const { user, host } = renderApp("/connectors", { connectors: manyConnectors() });
    await screen.findByRole("row", { name: /^HubSpot/ });
    await user.keyboard("/");
    await user.keyboard("northlight-bot c");
    expect(screen.getAllByRole("row", { name: /Ready/ })).toHaveLength(1);
    expect(host.lastCall("startAuthorization")).toBeUndefined();
  });

  it("keeps_rows_in_place_when_a_status_changes", async () => {
    const { host } = renderApp("/connectors", { connectors: manyConnectors() });
    await screen.findByRole("row", { name: /^HubSpot CRM, Needs sign-in/ });
    host.state.connectors = host.state.connectors.map((one) =>
      one.id === "con_hubspot" ? { ...one, status: connector().status } : one,
    );
    await host.emit({ kind: "connectors_changed" });
    await screen.findByRole("row", { name: /^HubSpot CRM, Ready/ });
    const [, first] = within(screen.getByRole("grid", { name: "Connectors" })).getAllByRole("row");
    expect(first).toHaveAccessibleName(/^HubSpot CRM, Ready/);
  });
});
