import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it, onTestFinished, vi } from "vitest";
import { MockHost } from "@/test/mockHost";
import { authorization, connector, problem, run } from "@/test/samples";
import { syncKey } from "./accountSync";
import { type Event as HostEvent } from "./bindings";
import { clientState } from "./clientState";
import { applyEvent, upsertAuthorization } from "./events";
import { keys, queries } from "./queries";

it("keeps_the_end_of_a_consent_that_overtook_the_answer_to_its_start", () => {
  const client = new QueryClient();
  client.setQueryData(queries.authorizations().queryKey, []);
  const begun = authorization({ state: "preparing" });
  const over = authorization({ state: "failed", problem: problem({ code: "auth.discovery" }) });
  upsertAuthorization(client, over);
  upsertAuthorization(client, begun);
  expect(client.getQueryData(queries.authorization(over.id).queryKey)).toEqual(over);
  expect(client.getQueryData(queries.authorizations().queryKey)).toEqual([over]);
});

it("follows_a_consent_from_state_to_state", () => {
  const client = new QueryClient();
  for (const state of ["preparing", "awaiting_user", "exchanging", "checking", "authorized"] as const) {
    upsertAuthorization(client, authorization({ state }));
    expect(client.getQueryData(queries.authorization("aut_notion").queryKey)?.state).toBe(state);
  }
});

it("reads_everything_again_after_lost_events", () => {
  const client = new QueryClient();
  const { id } = authorization();
  client.setQueryData(queries.authorizations().queryKey, []);
  client.setQueryData(queries.authorization(id).queryKey, authorization());
  client.setQueryData(queries.prompts("con_github").queryKey, []);
  client.setQueryData(keys.hostedState("con_github"), {});
  applyEvent(client, { kind: "events_lost" });
  const isStale = (queryKey: readonly unknown[]) => client.getQueryState(queryKey)?.isInvalidated;
  expect(isStale(queries.authorizations().queryKey)).toBe(true);
  expect(isStale(queries.authorization(id).queryKey)).toBe(true);
  expect(isStale(queries.prompts("con_github").queryKey)).toBe(true);
  expect(isStale(keys.hostedState("con_github"))).toBe(false);
});

it("shows_a_run_that_ended_while_the_history_was_being_read", async () => {
  const client = new QueryClient();
  const options = queries.runPages({ text: "", connector: null });
  const page = (state: "running" | "done") => ({
    runs: [run({ id: "run_1", state })],
    next: null,
    total: 1,
    hasMoreThanTotal: false,
  });
  let answer: (page: unknown) => void = () => undefined;
  const queryFn = vi
    .fn()
    .mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
    .mockResolvedValue(page("done"));
  const observer = new InfiniteQueryObserver(client, { ...options, queryFn });
  onTestFinished(observer.subscribe(() => undefined));
  applyEvent(client, { kind: "run_changed", run: run({ id: "run_1", state: "done" }) });
  answer(page("running"));
  await vi.waitFor(() => expect(observer.getCurrentResult().data?.pages[0]?.runs[0]?.state).toBe("done"));
});

it("knows_of_an_account_what_the_background_found", () => {
  const client = new QueryClient();
  const lost = problem({ code: "platform.signed_out" });
  applyEvent(client, { kind: "account_asked", account: "acc_work", problem: lost });
  expect(clientState(client).get(syncKey)).toMatchObject({ accounts: { acc_work: { problem: lost } } });
  applyEvent(client, { kind: "account_asked", account: "acc_work", problem: null });
  expect(clientState(client).get(syncKey)).toMatchObject({ accounts: { acc_work: { problem: null } } });
});

it.each<[string, HostEvent]>([
  ["an_account_that_was_added", { kind: "accounts_changed" }],
  ["a_run_that_ended", { kind: "run_changed", run: run({ state: "done" }) }],
])("knows_of_secrets_what_came_of_%s", (_name, event) => {
  const client = new QueryClient();
  const { queryKey } = queries.wallet();
  client.setQueryData(queryKey, []);
  applyEvent(client, event);
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
});

it("reads_the_vault_again_whose_keys_of_accounts_are_others", () => {
  const client = new QueryClient();
  const { queryKey } = queries.vault();
  client.setQueryData(queryKey, { state: "ready", backend: "keychain", problem: null });
  applyEvent(client, { kind: "accounts_changed" });
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
});

it("reads_settings_again_that_the_command_line_changed", () => {
  const client = new QueryClient();
  const { queryKey } = queries.backgroundChecks();
  client.setQueryData(queryKey, true);
  applyEvent(client, { kind: "settings_changed" });
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
});

it("reads_resources_and_prompts_again_of_the_connector_whose_server_says_so", () => {
  const client = new QueryClient();
  const [github, notion] = [queries.prompts("con_github").queryKey, queries.prompts("con_notion").queryKey];
  client.setQueryData(github, []);
  client.setQueryData(notion, []);
  applyEvent(client, { kind: "offer_changed", connector: "con_github" });
  expect(client.getQueryState(github)?.isInvalidated).toBe(true);
  expect(client.getQueryState(notion)?.isInvalidated).toBe(false);
});

it("puts_a_connector_that_changed_where_it_is_shown_without_reading_anything_again", async () => {
  const host = new MockHost({ connectors: [connector({ id: "con_a" }), connector({ id: "con_b" })] }).install();
  const client = new QueryClient();
  await client.fetchQuery(queries.connectors());
  const other = connector({ id: "con_a", title: "Other" });
  applyEvent(client, { kind: "connector_changed", connector: other });
  expect(client.getQueryData(queries.connectors().queryKey)?.map(({ title }) => title)).toEqual(["Other", "GitHub"]);
  expect(client.getQueryData(queries.connector("con_a").queryKey)).toEqual(other);
  expect(client.getQueryState(queries.connectors().queryKey)?.isInvalidated).toBe(false);
  expect(host.calls.map(({ name }) => name)).toEqual(["listConnectors"]);
});

it("reads_a_list_once_more_that_was_on_its_way_when_a_connector_changed", async () => {
  const host = new MockHost({ connectors: [connector({ id: "con_a" })] }).install();
  const client = new QueryClient();
  const observer = new QueryObserver(client, queries.connectors());
  onTestFinished(observer.subscribe(() => undefined));
  const other = connector({ id: "con_a", title: "Other" });
  host.state.connectors = [other];
  applyEvent(client, { kind: "connector_changed", connector: other });
  await vi.waitFor(() => expect(observer.getCurrentResult().data?.[0]?.title).toBe("Other"));
  expect(host.calls.filter(({ name }) => name === "listConnectors")).toHaveLength(2);
});

it("reads_the_copies_of_a_connector_again_when_one_of_them_changes", () => {
  const client = new QueryClient();
  const [copies, deviations] = [queries.copies("con_a").queryKey, queries.deviations("con_a").queryKey];
  client.setQueryData(copies, []);
  client.setQueryData(deviations, []);
  applyEvent(client, { kind: "connector_changed", connector: connector({ id: "con_b" }) });
  expect(client.getQueryState(copies)?.isInvalidated).toBe(true);
  expect(client.getQueryState(deviations)?.isInvalidated).toBe(false);
});
