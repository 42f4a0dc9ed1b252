import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Connector, type PastedServer } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { cacheHolds } from "@/test/cacheHolds";
import { pastedAddress, pastedProgram } from "@/test/pastedSamples";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { problem } from "@/test/samples";

const secret = { name: "API_KEY", value: "s3cret-s3cret", isSecret: true };
const blank = { description: null, default: null, options: [], isSecret: false };
const plain = { name: "MODE", value: "fast", isSecret: false };

const dialog = () => within(screen.getByRole("dialog"));

/** Pastes a text that the host reads as these servers. */
async function paste(servers: PastedServer[], notes: string[] = [], prepare?: Parameters<typeof renderApp>[2]) {
  const view = renderApp("/connectors", {}, (host) => {
    host.handlers.readPasted = () => ({ servers, notes, isLink: false });
    prepare?.(host);
  });
  await screen.findByText("No connectors yet");
  await view.user.keyboard("n");
  await view.user.type(await screen.findByRole("textbox", { name: "Address or command" }), "anything{Enter}");
  return view;
}

it("shows_a_command_word_by_word_and_adds_it_without_starting_it", async () => {
  const { user, host, client } = await paste([
    pastedProgram(["npx", "-y", "my files", ""], { variables: [secret, plain] }),
  ]);
  const words = await screen.findByRole("list", { name: "Words of the command" });
  expect(
    within(words)
      .getAllByRole("listitem")
      .map((word) => word.textContent),
  ).toEqual(["npx", "-y", "my files", "empty"]);
  expect(await screen.findByText("/usr/bin/npx")).toBeVisible();
  expect(screen.getByLabelText("API_KEY", { selector: "input" })).toHaveAttribute("type", "password");
  expect(screen.getByLabelText("MODE", { selector: "input" })).toHaveValue("fast");
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  expect(cacheHolds(client, "s3cret-s3cret")).toBe(false);
  expect(host.lastCall("addProgram")).toBeUndefined();
  await user.keyboard("{Control>}{Enter}{/Control}");
  await expectCall(host, "addProgram").toEqual({
    request: {
      command: { program: "npx", arguments: ["-y", "my files", ""], folder: null, variables: { MODE: "fast" } },
      secrets: { API_KEY: { kind: "new", secret: "s3cret-s3cret" } },
      name: null,
      title: "Files",
      timeLimits: {},
      isOff: false,
    },
  });
  // What starts it asks first, at the host.
  await expectCall(host, "checkConnector").toEqual({ connector: "con_npx" });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(cacheHolds(client, "s3cret-s3cret")).toBe(false);
});

it("adds_a_server_that_is_turned_off_with_its_time_limits_and_checks_nothing", async () => {
  const settings = { timeLimits: { connectSeconds: 20, runSeconds: 90 }, isOff: true };
  const { user, host } = await paste([pastedProgram(["npx", "server"], {}, settings)]);
  expect(await screen.findByText("20 s to connect, 90 s of silence in a run")).toBeVisible();
  expect(screen.getByText("Turned off")).toBeVisible();
  const added = host.handlers.addProgram;
  host.handlers.addProgram = (call) => {
    const connector = added?.(call) as Connector;
    return { ...connector, status: { ...connector.status, status: "disabled" } };
  };
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await expectCall(host, "addProgram").toMatchObject({ request: settings });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(host.lastCall("checkConnector")).toBeUndefined();
});

it("adds_an_address_that_is_turned_off_without_signing_in", async () => {
  const settings = { timeLimits: { runSeconds: 90 }, isOff: true };
  const { user, host } = await paste([pastedAddress("https://mcp.example.com/mcp", {}, settings)]);
  await screen.findByText("Turned off");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await expectCall(host, "addConnector").toMatchObject({ request: settings });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("shows_what_to_install_for_a_missing_program", async () => {
  const path = { name: "PATH", value: "/opt/bin", isSecret: false };
  const { user, host } = await paste([pastedProgram(["uvx", "server"], { variables: [path] })], [], (mock) => {
    mock.handlers.findProgram = () => {
      const hint = "Install uv, which brings it, or enter its full path.";
      throw problem({ code: "program.not_found", message: "the program uvx wasn't found", hint, retryable: false });
    };
  });
  expect(await screen.findByText("The program uvx wasn't found")).toBeVisible();
  expect(screen.getByText(/Install uv, which brings it/)).toBeVisible();
  expect(host.lastCall("findProgram")).toEqual({ program: "uvx", path: "/opt/bin" });
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  // It may be installed afterwards.
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await waitFor(() => expect(host.lastCall("addProgram")).toBeDefined());
});

it("variables_can_be_plain_or_secret", async () => {
  const { user, host } = await paste([pastedProgram(["npx"], { variables: [secret, plain] })]);
  const kindOf = async (name: string) => within(await screen.findByRole("radiogroup", { name: `Type of ${name}` }));
  await user.click((await kindOf("API_KEY")).getByRole("radio", { name: "Plain" }));
  await user.click((await kindOf("MODE")).getByRole("radio", { name: "Secret" }));
  expect(screen.getByLabelText("MODE", { selector: "input" })).toHaveAttribute("type", "password");
  await user.clear(screen.getByLabelText("MODE", { selector: "input" }));
  await user.type(screen.getByLabelText("MODE", { selector: "input" }), "env://MODE");
  await user.click(screen.getByRole("button", { name: "Use as reference" }));
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await expectCall(host, "addProgram").toMatchObject({
    request: {
      command: { variables: { API_KEY: "s3cret-s3cret" } },
      secrets: { MODE: { kind: "reference", reference: "env://MODE" } },
    },
  });
});

it("asks_for_placeholders_and_validates_them", async () => {
  const { user, host } = await paste([
    pastedProgram(
      ["npx", "--root=${input:root}"],
      { folder: "here", variables: [{ name: "API_KEY", value: "${input:key}", isSecret: true }] },
      {
        blanks: [
          { ...blank, text: "${input:root}", name: "root", description: "Folder with notes" },
          { ...blank, text: "${input:key}", name: "key", description: "Key of the service", isSecret: true },
        ],
      },
    ),
  ]);
  const root = await screen.findByRole("textbox", { name: "root" });
  expect(root).toHaveAccessibleDescription("Folder with notes. Replaces ${input:root}");
  expect(screen.getByLabelText("API_KEY", { selector: "input" })).toHaveAccessibleDescription("Key of the service");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  expect(root).toHaveAccessibleDescription("Enter a value");
  expect(root).toHaveFocus();
  expect(screen.getByRole("textbox", { name: "Working folder" })).toHaveAccessibleDescription("Enter its full path");
  await user.type(root, "/notes");
  expect(screen.getByText("--root=/notes")).toBeVisible();
  await user.clear(screen.getByRole("textbox", { name: "Working folder" }));
  await user.type(screen.getByLabelText("API_KEY", { selector: "input" }), "k");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await expectCall(host, "addProgram").toMatchObject({
    request: {
      command: { arguments: ["--root=/notes"], folder: null, variables: {} },
      secrets: { API_KEY: { kind: "new", secret: "k" } },
    },
  });
});

it("keeps_the_input_when_adding_fails", async () => {
  const { user } = await paste([pastedProgram(["npx"], { variables: [secret] })], [], (host) =>
    host.fail("addProgram", {
      code: "conflict",
      message: "the name is taken",
      hint: "Choose another name.",
      retryable: false,
    }),
  );
  await user.click(await screen.findByRole("button", { name: "Short name" }));
  await user.type(screen.getByRole("textbox", { name: "Short name" }), "files");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  expect(await screen.findByText("The name is taken")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Short name" })).toHaveValue("files");
  expect(screen.getByLabelText("API_KEY", { selector: "input" })).toHaveValue("s3cret-s3cret");
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(await screen.findByRole("textbox", { name: "Address or command" })).toHaveValue("anything");
});

it("reviews_several_servers_and_adds_the_selected_ones", async () => {
  const { user, host } = await paste(
    [
      pastedProgram(["npx", "a"], {}, { title: "Aa" }),
      pastedAddress(
        "https://b.example/mcp",
        { headers: [{ name: "X-Key", value: "k", isSecret: true }] },
        { title: "Bb" },
      ),
      pastedProgram(["npx", "c"], {}, { title: "Cc" }),
      pastedProgram(["npx", "d"], {}, { title: "Dd" }),
    ],
    ["pipe was left out: its address isn't http or https"],
  );
  const list = await screen.findByRole("group", { name: "Servers" });
  expect(screen.getByText(/^Pipe was left out/i)).toBeVisible();
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(within(list).getByRole("checkbox", { name: /^Cc/ }));
  await user.click(screen.getByRole("button", { name: /^Continue/ }));
  expect(await screen.findByText("1 of 3 servers")).toBeVisible();
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  expect(await screen.findByText("2 of 3 servers")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Header" })).toHaveValue("X-Key");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  expect(await screen.findByText("3 of 3 servers")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Skip" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(host.calls.filter(({ name }) => name === "addProgram")).toHaveLength(1);
  expect(host.lastCall("addConnector")).toMatchObject({
    request: { title: "Bb", authentication: { kind: "headers", values: { "X-Key": { kind: "new", secret: "k" } } } },
  });
  await waitFor(() => expect(host.calls.filter(({ name }) => name === "checkConnector")).toHaveLength(2));
  expect(screen.getByText("2 connectors added", { selector: "[class*=toast] *" })).toBeVisible();
});

it("never_adds_a_server_twice_and_checks_those_added_before_closing", async () => {
  const { user, host } = await paste([
    pastedProgram(["npx", "a"], {}, { title: "Aa" }),
    pastedProgram(["npx", "b"], {}, { title: "Bb" }),
  ]);
  await user.click(await screen.findByRole("button", { name: /^Continue/ }));
  await screen.findByText("1 of 2 servers");
  await user.click(dialog().getByRole("button", { name: /^Add connector/ }));
  await screen.findByText("2 of 2 servers");
  await user.click(screen.getByRole("button", { name: "Back" }));
  const list = await screen.findByRole("group", { name: "Servers" });
  expect(within(list).queryByRole("checkbox", { name: /^Aa/ })).toBeNull();
  expect(within(list).getByRole("checkbox", { name: /^Bb/ })).toBeVisible();
  expect(host.lastCall("checkConnector")).toBeUndefined();
  await user.click(dialog().getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(host.calls.filter(({ name }) => name === "addProgram")).toHaveLength(1);
  await waitFor(() => expect(host.calls.filter(({ name }) => name === "checkConnector")).toHaveLength(1));
});

it("asks_for_placeholders_before_inspecting_an_address", async () => {
  const { user, host } = await paste([
    pastedAddress(
      "https://a.example/mcp",
      { headers: [{ name: "Authorization", value: "Bearer ${input:pat}", isSecret: true }] },
      {
        title: "Aa",
        blanks: [{ ...blank, text: "${input:pat}", name: "pat", description: "Personal token", isSecret: true }],
      },
    ),
  ]);
  const field = await screen.findByLabelText("pat");
  expect(field).toHaveAttribute("type", "password");
  expect(field).toHaveFocus();
  expect(field).toHaveAccessibleDescription("Secret. Personal token. Replaces ${input:pat}");
  expect(host.lastCall("inspectAddress")).toBeUndefined();
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(screen.getByRole("button", { name: /^Continue/ }));
  expect(field).toHaveAccessibleDescription("Enter a value");
  await user.type(field, "t0ken");
  await user.click(screen.getByRole("button", { name: /^Continue/ }));
  expect(await screen.findByLabelText("Token")).toHaveValue("t0ken");
});

it("tells_at_each_step_what_was_left_out_of_the_text", async () => {
  const notes = ["Not taken over: disabled"];
  const url = "https://mcp.example.com/mcp";
  const { user } = await paste(
    [
      pastedAddress(
        `${url}?key=\${input:pat}`,
        {},
        { notes, blanks: [{ ...blank, text: "${input:pat}", name: "pat" }] },
      ),
    ],
    ["files was left out"],
  );
  const told = () =>
    dialog()
      .getAllByRole("listitem")
      .map((note) => note.textContent);
  const field = await screen.findByRole("textbox", { name: "pat" });
  expect(told()).toEqual(["Files was left out.", "Not taken over: disabled."]);
  await user.type(field, "1");
  await user.click(screen.getByRole("button", { name: /^Continue/ }));
  await screen.findByRole("textbox", { name: "Name" });
  expect(told()).toEqual(expect.arrayContaining(["Files was left out.", "Not taken over: disabled."]));
});

it("shows_hostile_text_as_text", async () => {
  await paste([
    pastedProgram(["npx", "a\u202eb<img src=x>"], {}, { title: "Aa", notes: ["It contains \u202ehidden characters"] }),
  ]);
  expect(await screen.findByText("a<U+202E>b<img src=x>")).toBeVisible();
  expect(screen.getByText("It contains <U+202E>hidden characters.")).toBeVisible();
});
