import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, expect, it } from "vitest";
import { type Code, type Json } from "@/host/bindings";
import { renderApp } from "@/test/renderApp";
import { check, connector, problem, run, tool } from "@/test/samples";

// The form is loaded when it is first shown, which on a busy computer takes longer than a query waits.
beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

/** A tool whose run fails by that code. */
async function failing(code: Code, inputSchema: Json = { type: "object" }) {
  const app = renderApp("/tools/con_github/report", {
    connectors: [connector()],
    tools: [{ connector: "con_github", tool: tool({ name: "report", inputSchema }) }],
  });
  const failed = run({ tool: "report", state: "failed", result: null, problem: problem({ code }) });
  app.host.handlers.runTool = () => failed;
  await app.user.click(await screen.findByRole("button", { name: /^Run/ }));
  return app;
}

it("a_run_that_lacks_access_leads_to_a_sign_in_with_more", async () => {
  const { user, host } = await failing("auth.forbidden");
  await user.click(await screen.findByRole("button", { name: "Sign in with more access" }));
  await waitFor(() =>
    expect(host.lastCall("startAuthorization")).toMatchObject({ request: { connector: "con_github" } }),
  );
});

it("a_run_that_lacked_a_sign_in_is_offered_again_where_that_goes_well", async () => {
  const { user, host } = await failing("auth.forbidden");
  await user.click(await screen.findByRole("button", { name: "Sign in with more access" }));
  await screen.findByText("Waiting for you to sign in");
  await act(() => host.moveAuthorization(host.state.authorizations[0]?.id ?? "", { state: "denied" }));
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByText("Waiting for you to sign in");
  host.handlers.runTool = () => run({ tool: "report" });
  await act(() => host.moveAuthorization(host.state.authorizations[0]?.id ?? "", { state: "authorized" }));
  const dialog = screen.getByRole("dialog", { name: "Sign in to GitHub" });
  const again = await within(dialog).findByRole("button", { name: "Run again" });
  await waitFor(() => expect(again).toHaveFocus());
  await user.click(again);
  expect(await screen.findByRole("region", { name: "Result" })).toHaveTextContent("Done");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.calls.filter(({ name }) => name === "runTool")).toHaveLength(2);
});

it("a_run_that_finds_the_vault_locked_leads_to_it", async () => {
  const { user } = await failing("vault.locked");
  await user.click(await screen.findByRole("button", { name: "Open vault" }));
  expect(await screen.findByRole("heading", { name: "Credentials" })).toBeVisible();
});

it("a_tool_that_is_not_there_has_no_button", async () => {
  await failing("not_found");
  expect(await screen.findByText("not_found")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^(Sign in|Open vault|Enter key|Replace key)/ })).toBeNull();
});

it("a_run_of_the_past_has_the_button_too", async () => {
  const { user } = renderApp("/runs/run_1", {
    connectors: [connector()],
    runs: [run({ id: "run_1", state: "failed", result: null, problem: problem({ code: "vault.locked" }) })],
  });
  await user.click(await screen.findByRole("button", { name: "Open vault" }));
  expect(await screen.findByRole("heading", { name: "Credentials" })).toBeVisible();
});

it("a_run_whose_program_is_not_allowed_asks_for_that_and_runs_again", async () => {
  const { user, host } = await failing("program.not_allowed");
  const refused = { step: "connect", problem: problem({ code: "program.not_allowed" }) };
  host.handlers.checkConnector = () => check(connector(), refused);
  await user.click(await screen.findByRole("button", { name: "Allow program…" }));
  await waitFor(() => expect(host.lastCall("checkConnector")).toEqual({ connector: "con_github" }));
  expect(host.calls.filter(({ name }) => name === "runTool")).toHaveLength(1);
  host.handlers.checkConnector = () => check(connector());
  host.handlers.runTool = () => run({ tool: "report" });
  await user.click(screen.getByRole("button", { name: "Allow program…" }));
  await waitFor(() => expect(screen.getByRole("region", { name: "Result" })).toHaveTextContent("Done"));
});

it("a_run_whose_program_was_allowed_is_not_sent_once_the_form_has_changed", async () => {
  const schema = { type: "object", properties: { q: { type: "string" } } };
  const { user, host } = await failing("program.not_allowed", schema);
  let allow = () => undefined as void;
  host.handlers.checkConnector = () =>
    new Promise((done) => {
      allow = () => done(check(connector()));
    });
  await user.click(await screen.findByRole("button", { name: "Allow program…" }));
  await waitFor(() => expect(host.lastCall("checkConnector")).toBeDefined());
  await user.type(screen.getByLabelText("q"), "new");
  await act(async () => {
    allow();
    await new Promise((settled) => setTimeout(settled, 20));
  });
  expect(host.calls.filter(({ name }) => name === "runTool")).toHaveLength(1);
});

it("a_run_whose_secret_reference_is_not_allowed_runs_again_once_that_is", async () => {
  const { user, host } = renderApp("/tools/con_github/report", {
    connectors: [connector()],
    tools: [{ connector: "con_github", tool: tool({ name: "report", inputSchema: { type: "object" } }) }],
  });
  const refused = problem({ code: "reference.not_allowed", detail: "cmd://op read op://a/b", retryable: false });
  const answers = [run({ tool: "report", state: "failed", result: null, problem: refused }), run({ tool: "report" })];
  host.handlers.runTool = () => answers.shift()!;
  await user.click(await screen.findByRole("button", { name: /^Run/ }));
  await user.click(await screen.findByRole("button", { name: "Allow program…" }));
  await waitFor(() => expect(screen.getByRole("region", { name: "Result" })).toHaveTextContent("Done"));
  expect(host.lastCall("allowProgram")).toEqual({ reference: "cmd://op read op://a/b" });
});

it("a_run_that_needs_what_is_off_leads_to_the_settings", async () => {
  const { user } = await failing("mcp.feature_off");
  await user.click(await screen.findByRole("button", { name: "Open settings" }));
  expect(await screen.findByRole("region", { name: "Texts of a language model" })).toBeVisible();
});
