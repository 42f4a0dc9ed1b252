import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type OpenQuestion, type Question } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { renderApp } from "@/test/renderApp";
import { connector, problem, run } from "@/test/samples";

const files = connector({ id: "con_files", title: "Files" });

const form: Question = {
  kind: "form",
  message: "Who are you?\n<img src=x onerror=alert(1)> [link](https://evil.example)",
  form: {
    schema: {
      type: "object",
      properties: {
        name: { type: "string", title: "Your name", maxLength: 5 },
        colour: { oneOf: [{ const: "r", title: "Red" }], title: "Color" },
      },
      required: ["name"],
    },
    values: { name: "Ada" },
    kept: [],
  },
  secrets: [],
};

const open = (question: Question, changes: Partial<OpenQuestion> = {}): OpenQuestion => ({
  id: "ask_1",
  connector: files.id,
  connectorTitle: files.title,
  during: { kind: "run", run: "run_1", tool: "echo" },
  identity: files.identity,
  askedAt: new Date().toISOString(),
  question,
  mayDeclineAll: false,
  ...changes,
});

async function asked(question: Question, prepare?: Parameters<typeof renderApp>[2]) {
  const view = renderApp("/connectors", { connectors: [files], questions: [open(question)] }, prepare);
  const dialog = await screen.findByRole("dialog", { name: "The server Files asks" });
  return { ...view, dialog };
}

describe("a question of a server", () => {
  it("shows_who_asks_and_its_words_as_words", async () => {
    const { dialog } = await asked(form);
    expect(await within(dialog).findByLabelText(/^Your name/)).toHaveValue("Ada");
    expect(within(dialog).getByText(/onerror=alert/)).toBeVisible();
    expect(dialog.querySelector("img[src='x'], a[href]")).toBeNull();
    expect(within(dialog).getByText("echo")).toBeVisible();
    expect(within(dialog).queryByRole("alert")).toBeNull();
    expect(await axeViolations(dialog)).toEqual([]);
  });

  it("says_which_prompt_or_resource_waits", async () => {
    const during = { kind: "prompt", name: "greet" } as const;
    const { unmount } = renderApp("/connectors", { connectors: [files], questions: [open(form, { during })] });
    const waits = (name: string) => (_: string, element: Element | null) =>
      element?.tagName === "SPAN" && element.textContent === `${name} waits for your answer. Asked just now`;
    expect(await screen.findByText(waits("greet"))).toBeVisible();
    unmount();
    const read = { kind: "resource", uri: "notes://1" } as const;
    renderApp("/connectors", { connectors: [files], questions: [open(form, { during: read })] });
    expect(await screen.findByText(waits("notes://1"))).toBeVisible();
  });

  it("sends_what_fits_and_nothing_else", async () => {
    const { user, dialog, host } = await asked(form);
    const name = await within(dialog).findByLabelText(/^Your name/);
    await user.clear(name);
    await user.type(name, "Ada Lovelace");
    await user.click(within(dialog).getByRole("button", { name: /^Send/ }));
    expect(host.lastCall("answerQuestion")).toBeUndefined();
    await user.clear(name);
    await user.type(name, "Grace");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() =>
      expect(host.lastCall("answerQuestion")).toEqual({
        question: "ask_1",
        answer: { kind: "accept", values: { name: "Grace" } },
      }),
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("leads_to_what_is_missing_at_the_first_attempt", async () => {
    const { user, dialog, host } = await asked({ ...form, form: { ...form.form, values: {} } });
    const name = await within(dialog).findByLabelText(/^Your name/);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(name).toHaveFocus();
    expect(name).toBeInvalid();
    expect(host.lastCall("answerQuestion")).toBeUndefined();
  });

  it("tells_no_from_nothing", async () => {
    const { user, dialog, host } = await asked(form);
    await user.click(within(dialog).getByRole("button", { name: "Decline" }));
    expect(host.lastCall("answerQuestion")).toMatchObject({ answer: { kind: "decline" } });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    host.state.questions = [open(form, { id: "ask_2" })];
    await act(() => host.emit({ kind: "questions_changed" }));
    await screen.findByRole("dialog", { name: "The server Files asks" });
    await user.keyboard("{Escape}");
    await waitFor(() =>
      expect(host.lastCall("answerQuestion")).toEqual({ question: "ask_2", answer: { kind: "cancel" } }),
    );
  });

  it("shows_when_it_was_asked_and_that_others_wait_and_then_those", async () => {
    const askedAt = new Date(Date.now() - 40_000).toISOString();
    const first = open(form, { askedAt });
    const second = open(form, { id: "ask_2", connectorTitle: "Mail", askedAt: new Date().toISOString() });
    const { user } = renderApp("/connectors", { connectors: [files], questions: [first, second] });
    const dialog = await screen.findByRole("dialog", { name: "The server Files asks" });
    expect(dialog).toHaveTextContent(/Asked 4\d s ago · 1 more question after this/);
    await user.click(within(dialog).getByRole("button", { name: "Decline" }));
    const next = await screen.findByRole("dialog", { name: "The server Mail asks" });
    expect(next).toHaveTextContent("Asked just now");
    expect(next).not.toHaveTextContent("more question");
  });

  it("takes_no_answer_for_the_next_that_was_meant_for_the_one_before", async () => {
    const second = open({ ...form, message: "Which?" }, { id: "ask_2" });
    const { user, host } = renderApp("/connectors", { connectors: [files], questions: [open(form), second] });
    await screen.findByRole("button", { name: "Decline" });
    host.state.questions = [second];
    await act(() => host.emit({ kind: "questions_changed" }));
    expect(await screen.findByText("Which?")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Decline" })).toBeNull();
    await user.keyboard("{Escape}{Control>}{Enter}{/Control}");
    expect(host.lastCall("answerQuestion")).toBeUndefined();
    await user.click(await screen.findByRole("button", { name: "Decline" }));
    expect(host.lastCall("answerQuestion")).toEqual({ question: "ask_2", answer: { kind: "decline" } });
  });

  it("declines_all_further_ones_after_some_were_asked", async () => {
    const { user, dialog, host } = await asked(form);
    expect(within(dialog).queryByRole("button", { name: "Decline all" })).toBeNull();
    host.state.questions = [open(form, { id: "ask_4", mayDeclineAll: true })];
    await act(() => host.emit({ kind: "questions_changed" }));
    await user.click(await screen.findByRole("button", { name: "Decline all" }));
    await waitFor(() =>
      expect(host.lastCall("answerQuestion")).toEqual({ question: "ask_4", answer: { kind: "decline_all" } }),
    );
  });

  it("goes_when_nobody_waits_any_more", async () => {
    const { host } = await asked(form);
    host.state.questions = [];
    await act(() => host.emit({ kind: "questions_changed" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says_that_an_answer_that_was_begun_was_not_sent_when_nobody_waits_any_more", async () => {
    const { user, dialog, host } = await asked(form);
    const name = await within(dialog).findByLabelText(/^Your name/);
    await user.clear(name);
    await user.type(name, "Eve");
    host.state.questions = [];
    await act(() => host.emit({ kind: "questions_changed" }));
    expect(await screen.findByText("echo no longer waits. Your answer was not sent.")).toBeVisible();
    host.state.questions = [open(form, { id: "ask_2" })];
    await act(() => host.emit({ kind: "questions_changed" }));
    const next = await screen.findByRole("dialog", { name: "The server Files asks" });
    await user.type(await within(next).findByLabelText(/^Your name/), "m");
    await user.click(within(next).getByRole("button", { name: "Send" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getAllByText(/no longer waits/)).toHaveLength(1);
  });

  it("warns_where_a_secret_is_asked_for", async () => {
    const secret: Question = {
      ...form,
      form: {
        ...form.form,
        schema: { type: "object", properties: { p: { type: "string", format: "password", title: "Password" } } },
        values: {},
      },
      secrets: ["Password"],
    };
    const { dialog } = await asked(secret);
    expect(within(dialog).getByRole("alert")).toHaveTextContent("Don't enter secrets here");
    expect(await within(dialog).findByLabelText(/^Password/)).toHaveAttribute("type", "password");
  });

  it("sends_a_secret_that_was_typed_all_the_same", async () => {
    const secret: Question = {
      ...form,
      form: {
        schema: {
          type: "object",
          properties: {
            key: { type: "string", format: "password", title: "API key", writeOnly: true },
            pin: { type: "integer", title: "PIN", writeOnly: true },
          },
          required: ["key"],
        },
        values: {},
        kept: [],
      },
      secrets: ["API key", "PIN"],
    };
    const { user, dialog, host } = await asked(secret);
    const key = await within(dialog).findByLabelText(/^API key/);
    expect(key).toHaveAttribute("type", "password");
    expect(within(dialog).queryByRole("radio", { name: "Secret reference" })).toBeNull();
    await user.type(key, "sk-1 ");
    await user.type(within(dialog).getByLabelText(/^PIN/), "12");
    await user.click(within(dialog).getByRole("button", { name: "Send" }));
    await waitFor(() =>
      expect(host.lastCall("answerQuestion")).toMatchObject({
        answer: { kind: "accept", values: { key: "sk-1 ", pin: 12 } },
      }),
    );
  });

  it("opens_a_page_by_one_click_and_only_then", async () => {
    const page: Question = {
      kind: "page",
      message: "Pay",
      url: "https://xn--pypal-4ve.example/pay?x=https://paypal.com",
      host: "xn--pypal-4ve.example",
      awaitsDone: false,
    };
    const { user, dialog, host } = await asked(page);
    expect(within(dialog).getByRole("group", { name: "Address" })).toHaveTextContent(page.url);
    expect(dialog.querySelector("strong")).toHaveTextContent(page.host);
    expect(within(dialog).getByText("Unusual host name")).toBeVisible();
    expect(host.lastCall("openQuestionPage")).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Open in browser" }));
    await waitFor(() => expect(host.lastCall("openQuestionPage")).toEqual({ question: "ask_1" }));
    await waitFor(() => expect(host.lastCall("answerQuestion")).toMatchObject({ answer: { kind: "accept" } }));
  });

  it("answers_for_a_page_when_the_user_is_done_there_if_nothing_else_tells", async () => {
    const page: Question = {
      kind: "page",
      message: "Sign",
      url: "https://sign.example/",
      host: "sign.example",
      awaitsDone: true,
    };
    const { user, dialog, host } = await asked(page);
    expect(within(dialog).queryByRole("button", { name: "I'm done" })).toBeNull();
    await user.click(within(dialog).getByRole("button", { name: "Open in browser" }));
    const done = await within(dialog).findByRole("button", { name: "I'm done" });
    expect(host.lastCall("answerQuestion")).toBeUndefined();
    await user.click(done);
    await waitFor(() => expect(host.lastCall("answerQuestion")).toMatchObject({ answer: { kind: "accept" } }));
  });

  it("shows_a_conversation_and_sends_what_the_person_writes", async () => {
    const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const { user, dialog, host } = await asked({
      kind: "sampling",
      systemPrompt: "Be kind",
      messages: [
        {
          role: "user",
          content: [
            { kind: "text", text: "<img src=x> [link](https://evil.example)" },
            { kind: "image", data: dot, mimeType: "image/png" },
            { kind: "audio", data: btoa("ID3"), mimeType: "audio/mpeg" },
          ],
        },
        { role: "assistant", content: [{ kind: "text", text: "Yes?" }] },
      ],
      maxTokens: 300,
      models: ["sonnet"],
    });
    const turns = within(dialog).getByRole("list", { name: "Conversation" });
    expect(turns).toHaveTextContent(
      "System promptBe kindUser<img src=x> [link](https://evil.example)Audioaudio/mpeg, 3 BPlayAssistantYes?",
    );
    expect(within(turns).getByRole("img", { name: "Part 2, image/png" })).toBeVisible();
    expect(within(turns).getByRole("button", { name: "Play Part 3, audio/mpeg" })).toBeVisible();
    expect(dialog.querySelector("img[src='x'], a[href]")).toBeNull();
    expect(within(dialog).getByText("Up to 300 tokens · Preferred models: sonnet")).toBeVisible();
    const send = within(dialog).getByRole("button", { name: /^Send/ });
    const text = within(dialog).getByLabelText("Your text");
    expect(text).toHaveValue("");
    await user.type(text, " ");
    expect(send).toBeDisabled();
    await user.type(text, "Ahoy");
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(send);
    await waitFor(() =>
      expect(host.lastCall("answerQuestion")).toEqual({
        question: "ask_1",
        answer: { kind: "accept", values: { text: " Ahoy" } },
      }),
    );
  });

  it.each([
    ["a form", form, /^Your name/],
    ["a text", { kind: "sampling", systemPrompt: null, messages: [], maxTokens: null, models: [] }, "Your text"],
  ] as const)("asks_before_an_answer_that_was_begun_is_lost: %s", async (_, question, label) => {
    const { user, dialog, host } = await asked(question as Question);
    const field = await within(dialog).findByLabelText(label);
    await user.clear(field);
    await user.type(field, "Eve");
    await user.keyboard("{Escape}");
    const confirm = await screen.findByRole("alertdialog", { name: "Discard your answer?" });
    expect(within(confirm).getByRole("button", { name: "Keep editing" })).toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveValue("Eve");
    expect(host.lastCall("answerQuestion")).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await user.click(await screen.findByRole("button", { name: "Discard answer" }));
    await waitFor(() => expect(host.lastCall("answerQuestion")).toMatchObject({ answer: { kind: "cancel" } }));
  });

  it("says_why_the_last_answer_failed_and_not_what_failed_before", async () => {
    const page: Question = {
      kind: "page",
      message: "",
      url: "https://a.example/",
      host: "a.example",
      awaitsDone: false,
    };
    const { user, dialog } = await asked(page, (host) => {
      host.fail("openQuestionPage", { message: "couldn't open a browser" });
      host.fail("answerQuestion", { message: "couldn't reach the server" });
    });
    await user.click(within(dialog).getByRole("button", { name: "Open in browser" }));
    expect(await within(dialog).findByText("Couldn't open a browser")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Decline" }));
    expect(await within(dialog).findByText("Couldn't reach the server")).toBeVisible();
    expect(within(dialog).queryByText("Couldn't open a browser")).toBeNull();
  });

  it("stays_open_where_the_page_could_not_be_opened", async () => {
    const page: Question = {
      kind: "page",
      message: "",
      url: "https://pay.example/",
      host: "pay.example",
      awaitsDone: false,
    };
    const { user, dialog, host } = await asked(page, (host) => {
      host.handlers.openQuestionPage = () => {
        throw problem({ code: "internal", message: "couldn't open a browser" });
      };
    });
    await user.click(within(dialog).getByRole("button", { name: "Open in browser" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Couldn't open a browser");
    expect(host.lastCall("answerQuestion")).toBeUndefined();
  });
});

it("a_run_says_what_was_asked_in_it", async () => {
  const asking = run({ id: "run_9", questions: [{ message: "Who?", reply: "declined" }] });
  renderApp("/runs/run_9", { connectors: [files], runs: [asking] });
  expect(await screen.findByRole("list", { name: "Questions of the server" })).toHaveTextContent("Declined: Who?");
});
