import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Connector, type ConnectorChanges, type DeviationView } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { type MockHost } from "@/test/mockHost";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

const known: DeviationView = {
  deviation: "offline_access",
  words: "ask for offline access by a parameter",
  weakens: false,
  isOn: true,
  chosen: null,
  source: "https://provider.example/docs",
};

const weak: DeviationView = {
  deviation: "issuer_slash",
  words: "ignore a slash at the end of the provider's address",
  weakens: true,
  isOn: false,
  chosen: null,
  source: null,
};

const settings = "/connectors/con_github?tab=settings";

/** The settings of a connector whose host knows deviations, as they were chosen. */
function renderSettings(before: Partial<Connector> = {}, prepare?: (host: MockHost) => void) {
  return renderApp(settings, { connectors: [connector(before)] }, (host) => {
    host.handlers.listDeviations = () => {
      const chosen = host.state.connectors[0]?.oauthDeviations ?? {};
      return [known, weak].map((one) => ({ ...one, chosen: chosen[one.deviation] ?? null }));
    };
    prepare?.(host);
  });
}

async function openDeviations(user: ReturnType<typeof renderApp>["user"]) {
  const section = within(await screen.findByRole("region", { name: "Sign-in deviations" }));
  expect(section.queryByText(/OAuth standards/)).toBeNull();
  await user.click(section.getByRole("button", { name: "Sign-in deviations" }));
  return section;
}

const knownGroup = { name: "Ask for offline access by a parameter" };
const weakGroup = { name: "Ignore a slash at the end of the provider's address" };

it("saves_all_choices_except_automatic_ones", async () => {
  const { user, host, container } = renderSettings({ oauthDeviations: { issuer_slash: true } });
  const section = await openDeviations(user);
  const first = within(section.getByRole("group", knownGroup));
  expect(first.getByText("Known of this provider: https://provider.example/docs")).toBeVisible();
  expect(first.queryByRole("link")).toBeNull();
  expect(first.queryByText("Weakens a check")).toBeNull();
  expect(first.getByRole("radio", { name: "Automatic" })).toBeChecked();
  expect(await axeViolations(container)).toEqual([]);
  await user.click(first.getByRole("radio", { name: "Off" }));
  const lastChoice = () => (host.lastCall("updateConnector")?.changes as ConnectorChanges).oauthDeviations;
  expect(lastChoice()).toEqual({ issuer_slash: true, offline_access: false });
  await waitFor(() => expect(first.getByRole("radio", { name: "Off" })).toBeChecked());
  await user.click(first.getByRole("radio", { name: "Automatic" }));
  expect(lastChoice()).toEqual({ issuer_slash: true });
  await waitFor(() => expect(first.getByRole("radio", { name: "Automatic" })).toBeChecked());
});

it("confirms_weakening_a_check", async () => {
  const { user, host } = renderSettings();
  const section = await openDeviations(user);
  const second = within(section.getByRole("group", weakGroup));
  expect(second.getByText("Weakens a check")).toBeVisible();
  await user.click(second.getByRole("radio", { name: "On" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Turn on for GitHub?" });
  expect(dialog).toHaveTextContent(/Ignore a slash.*Turn on only if you trust GitHub's provider\./);
  expect(await axeViolations(dialog)).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(second.getByRole("radio", { name: "Automatic" })).toBeChecked();
  expect(host.lastCall("updateConnector")).toBeUndefined();
  await user.click(second.getByRole("radio", { name: "On" }));
  await user.click(await screen.findByRole("button", { name: "Turn on" }));
  await expectCall(host, "updateConnector").toEqual({
    connector: "con_github",
    changes: { oauthDeviations: { issuer_slash: true } },
  });
  await waitFor(() => expect(second.getByRole("radio", { name: "On" })).toBeChecked());
});

it("shows_why_saving_failed", async () => {
  const { user } = renderSettings({}, (host) => host.fail("updateConnector", { message: "the database is read-only" }));
  const section = await openDeviations(user);
  const first = within(section.getByRole("group", knownGroup));
  await user.click(first.getByRole("radio", { name: "Off" }));
  expect(await section.findByText("The database is read-only")).toBeVisible();
  expect(first.getByRole("radio", { name: "Automatic" })).toBeChecked();
});

it("is_hidden_without_deviations", async () => {
  const { host } = renderApp(settings, { connectors: [connector()] });
  await expectCall(host, "listDeviations").toEqual({ connector: "con_github" });
  await screen.findByRole("region", { name: "General" });
  expect(screen.queryByRole("region", { name: "Sign-in deviations" })).toBeNull();
});
