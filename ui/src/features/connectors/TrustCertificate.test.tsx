import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type CertificateFacts, type Connector } from "@/host/bindings";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

const facts: CertificateFacts = {
  subject: "CN=wiki.corp",
  issuer: "CN=\u202eCorp <b>CA</b>",
  expiresAt: "2099-01-01T00:00:00Z",
  sha256: "AA:BB:CC",
};

function untrusted(given: Partial<Connector> = {}): Connector {
  const before = connector();
  const status = { ...before.status, status: "failing" as const, code: "network.tls" as const };
  return connector({ status, ...given });
}

it("a_certificate_is_trusted_after_showing_its_fingerprint", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [untrusted()] });
  host.handlers.findUntrustedCertificate = () => ({ place: "wiki.corp:8443", reason: "it's self-signed", facts });
  host.handlers.trustCertificate = () => connector();
  await user.click(await screen.findByRole("button", { name: "View certificate…" }));
  const dialog = within(await screen.findByRole("alertdialog"));
  expect(dialog.getByRole("heading", { name: "Trust the certificate of wiki.corp:8443?" })).toBeVisible();
  expect(dialog.getByText("AA:BB:CC")).toBeVisible();
  expect(dialog.getByText(/Corp <b>CA<\/b>/).textContent).not.toContain("\u202e");
  await user.click(dialog.getByRole("button", { name: "Trust certificate" }));
  await expectCall(host, "trustCertificate").toEqual({ connector: "con_github", sha256: "AA:BB:CC" });
  await expectCall(host, "checkConnector").toEqual({ connector: "con_github" });
});

it("a_trusted_certificate_is_checked_though_the_connector_has_changed_by_then", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [untrusted()] });
  host.handlers.findUntrustedCertificate = () => ({ place: "wiki.corp:8443", reason: "it's self-signed", facts });
  host.handlers.trustCertificate = async () => {
    const trusted = connector();
    await act(() => host.emit({ kind: "connector_changed", connector: trusted }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    return trusted;
  };
  await user.click(await screen.findByRole("button", { name: "View certificate…" }));
  await user.click(await screen.findByRole("button", { name: "Trust certificate" }));
  await expectCall(host, "checkConnector").toEqual({ connector: "con_github" });
});

it("nothing_is_trusted_on_cancel_or_without_a_certificate", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [untrusted()] });
  host.handlers.findUntrustedCertificate = () => ({ place: "wiki.corp:8443", reason: "it's self-signed", facts });
  await user.click(await screen.findByRole("button", { name: "View certificate…" }));
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  host.handlers.findUntrustedCertificate = () => null;
  await user.click(await screen.findByRole("button", { name: "View certificate…" }));
  expect(await screen.findByText("No certificate needs to be trusted")).toBeVisible();
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(host.lastCall("trustCertificate")).toBeUndefined();
});

it("certificates_are_added_and_removed_in_the_settings", async () => {
  const kept = { pem: "PEM of ours", facts: { ...facts, subject: "CN=Our CA" } };
  const network = {
    authorities: [kept],
    pins: [{ place: "wiki.corp:8443", facts }],
    proxy: "system" as const,
    clientCertificate: null,
  };
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector({ network })] });
  host.handlers.chooseCertificates = () => [{ pem: "PEM of another", facts }];
  const section = within(await screen.findByRole("region", { name: "Certificates" }));
  await user.click(section.getByRole("button", { name: "Add root certificate…" }));
  await expectCall(host, "updateConnector").toMatchObject({
    changes: { network: { authorities: ["PEM of ours", "PEM of another"] } },
  });
  await user.click(section.getByRole("button", { name: "Stop trusting wiki.corp:8443" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { network: { forget: ["wiki.corp:8443"] } } });
  await user.click(section.getByRole("button", { name: "Stop trusting CN=Our CA" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { network: { authorities: [] } } });
});

it("the_focus_goes_on_when_a_certificate_is_removed", async () => {
  const pins = ["one.corp:443", "two.corp:443"].map((place) => ({ place, facts }));
  const network = { authorities: [], pins, proxy: "system" as const, clientCertificate: null };
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector({ network })] });
  host.handlers.updateConnector = () => connector({ network: { ...network, pins: pins.slice(1) } });
  const section = within(await screen.findByRole("region", { name: "Certificates" }));
  await user.click(section.getByRole("button", { name: "Stop trusting one.corp:443" }));
  await waitFor(() => expect(section.getByRole("button", { name: "Stop trusting two.corp:443" })).toHaveFocus());
});

it("a_client_certificate_is_chosen_and_removed", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const network = {
    authorities: [],
    pins: [],
    proxy: "system" as const,
    clientCertificate: { ...facts, subject: "CN=laptop" },
  };
  host.handlers.chooseClientCertificate = () => connector({ network });
  const section = within(await screen.findByRole("region", { name: "Certificates" }));
  await user.click(section.getByRole("button", { name: "Choose client certificate…" }));
  expect(host.lastCall("chooseClientCertificate")).toEqual({ connector: "con_github" });
  await user.click(await section.findByRole("button", { name: "Stop showing CN=laptop" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { network: { forgetClientCertificate: true } } });
});

it("a_proxy_is_selected_and_its_address_saved", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const section = within(await screen.findByRole("region", { name: "Proxy" }));
  const choose = async (name: string) => {
    await user.click(section.getByRole("button", { name: /Connect through/ }));
    await user.click(await screen.findByRole("option", { name }));
  };
  await choose("Custom");
  expect(host.lastCall("updateConnector")).toBeUndefined();
  await user.type(section.getByRole("textbox", { name: "Proxy address" }), "http://proxy.corp:3128{Enter}");
  await expectCall(host, "updateConnector").toMatchObject({
    changes: { network: { proxy: { url: "http://proxy.corp:3128" } } },
  });
  await choose("None");
  await expectCall(host, "updateConnector").toMatchObject({ changes: { network: { proxy: "direct" } } });
});
