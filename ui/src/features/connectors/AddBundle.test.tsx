import { act, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Bundle, type BundleSetting } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { cacheHolds } from "@/test/cacheHolds";
import { expectCall } from "@/test/expectCall";
import { type MockHost } from "@/test/mockHost";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

const setting = (key: string, rest: Partial<BundleSetting> = {}): BundleSetting => ({
  key,
  title: key,
  description: null,
  kind: "string",
  isSecret: false,
  isRequired: false,
  isMultiple: false,
  default: [],
  ...rest,
});

const notes: Bundle = {
  sha256: "ab".repeat(32),
  title: "My notes",
  version: "1.2.3",
  author: "Ada",
  description: "Reads notes",
  command: ["node", "${__dirname}/index.js", "${user_config.folders}"],
  variables: ["API_KEY=${user_config.key}"],
  program: "/usr/bin/node",
  runtimes: ["node >=18"],
  settings: [
    setting("folders", { kind: "directory", isMultiple: true, isRequired: true, default: ["/home/ada"] }),
    setting("key", { isSecret: true, isRequired: true }),
    setting("fast", { kind: "boolean", default: ["false"] }),
  ],
  notes: [],
};

async function choose(bundle: Bundle | null, prepare?: Parameters<typeof renderApp>[2]) {
  const view = renderApp("/connectors", {}, (host) => {
    host.handlers.chooseBundle = () => bundle;
    host.handlers.addBundle = () => connector({ id: "con_notes", title: "My notes", draft: true });
    prepare?.(host);
  });
  await screen.findByText("No connectors yet");
  await view.user.keyboard("n");
  await view.user.click(await screen.findByRole("button", { name: "Choose bundle…" }));
  return view;
}

it("shows_the_command_of_a_bundle_and_adds_it_with_its_settings", async () => {
  const { user, host, client } = await choose(notes);
  const words = await screen.findByRole("list", { name: "Words of the command" });
  expect(within(words).getAllByRole("listitem")).toHaveLength(3);
  for (const text of ["1.2.3", "Ada", "/usr/bin/node", "node >=18", notes.sha256])
    expect(screen.getByText(text)).toBeVisible();
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  for (const label of [/^folders/, /^key/]) expect(screen.getByLabelText(label)).toBeRequired();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Enter a value")).toBeVisible();
  expect(screen.getByLabelText(/^key/)).toHaveAttribute("aria-invalid", "true");
  expect(screen.getByLabelText(/^key/)).toHaveFocus();
  expect(host.lastCall("addBundle")).toBeUndefined();
  await user.type(screen.getByLabelText(/^folders/), "{End}{Enter}/srv/my notes");
  await user.type(screen.getByLabelText(/^key/), "s3cret-s3cret");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await expectCall(host, "addBundle").toEqual({
    request: {
      sha256: notes.sha256,
      values: { folders: ["/home/ada", "/srv/my notes"], fast: ["false"] },
      secrets: { key: { kind: "new", secret: "s3cret-s3cret" } },
      name: null,
      title: "My notes",
    },
  });
  // What starts it asks first, at the host.
  await expectCall(host, "checkConnector").toEqual({ connector: "con_notes" });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(cacheHolds(client, "s3cret-s3cret")).toBe(false);
});

it("does_not_offer_to_repeat_a_value_that_cannot_be_used", async () => {
  const { user, host } = await choose({ ...notes, settings: [setting("level", { kind: "number", default: ["x"] })] });
  host.fail("addBundle", { code: "usage.invalid", message: "the value for level can't be used" });
  await screen.findByLabelText("level");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("The value for level can't be used")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

it("offers_to_choose_the_folders_of_a_bundle", async () => {
  const folder = setting("folder", { kind: "directory" });
  const { user } = await choose({ ...notes, settings: [...notes.settings, folder] }, (host) => {
    host.handlers.chooseFolder = () => "/srv/notes";
  });
  const [several, one] = await screen.findAllByRole("button", { name: "Choose…" });
  await user.click(several!);
  expect(screen.getByLabelText(/^folders/)).toHaveValue("/home/ada\n/srv/notes");
  await user.click(one!);
  expect(screen.getByLabelText("folder")).toHaveValue("/srv/notes");
});

it("shows_which_choice_is_missing", async () => {
  const { user, host } = await choose({ ...notes, settings: [setting("fast", { kind: "boolean", isRequired: true })] });
  await screen.findByRole("button", { name: /fast/ });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Enter a value")).toBeVisible();
  expect(screen.getByRole("button", { name: /fast/ })).toHaveAccessibleDescription(/Enter a value/);
  expect(host.lastCall("addBundle")).toBeUndefined();
});

it("shows_hostile_text_of_a_bundle_as_text", async () => {
  await choose({ ...notes, title: "<b>x</b>", command: ["a\u202eb"], notes: ["<i>it</i>"] });
  expect(await screen.findByText("<b>x</b>")).toBeVisible();
  expect(screen.getByText("<i>it</i>.")).toBeVisible();
  expect(screen.getByRole("dialog").textContent).not.toContain("\u202e");
});

it("keeps_the_paste_step_without_a_valid_bundle", async () => {
  const { user, host } = await choose(null);
  expect(screen.getByRole("textbox", { name: "Address or command" })).toBeVisible();
  host.fail("chooseBundle", { code: "usage.invalid", message: "can't add this bundle: it is damaged" });
  await user.click(screen.getByRole("button", { name: "Choose bundle…" }));
  expect(await screen.findByText(/it is damaged/)).toBeVisible();
});

describe("a file that is dropped on the window", () => {
  /** Drops a file, as the host reports it. */
  const drop = (host: MockHost) => act(() => host.emit({ kind: "bundle_dropped" }));

  it("is_reviewed_as_one_that_is_chosen", async () => {
    const { user, host } = renderApp("/settings", {}, (mock) => {
      mock.handlers.takeDroppedBundle = () => notes;
      mock.handlers.addBundle = () => connector({ id: "con_notes", title: "My notes", draft: true });
    });
    await screen.findByRole("heading", { name: "Settings" });
    await drop(host);
    expect(await screen.findByRole("region", { name: "Bundle" })).toHaveTextContent("My notes");
    await user.type(screen.getByLabelText(/^key/), "s3cret-s3cret");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await expectCall(host, "addBundle").toMatchObject({ request: { sha256: notes.sha256 } });
  });

  it("is_read_in_the_dialog_that_adds_a_connector", async () => {
    const { user, host } = renderApp("/connectors", {}, (mock) => {
      mock.fail("takeDroppedBundle", {
        code: "usage.invalid",
        message: "can't add this file: it isn't an MCP bundle",
        hint: "Drop a file that ends in .mcpb.",
      });
    });
    await screen.findByText("No connectors yet");
    await user.keyboard("n");
    await screen.findByRole("dialog", { name: "Add connector" });
    await drop(host);
    expect(await screen.findByText(/it isn't an MCP bundle. Drop a file that ends in .mcpb./)).toBeVisible();
    host.handlers.takeDroppedBundle = () => notes;
    await drop(host);
    expect(await screen.findByRole("region", { name: "Bundle" })).toBeVisible();
    // One under review is not replaced.
    host.handlers.takeDroppedBundle = () => ({ ...notes, title: "Another" });
    await drop(host);
    expect(screen.getByRole("region", { name: "Bundle" })).toHaveTextContent("My notes");
  });

  it("is_left_alone_while_another_dialog_is_open", async () => {
    const { user, host } = renderApp("/settings");
    await user.keyboard("?");
    await screen.findByRole("dialog");
    await drop(host);
    expect(host.lastCall("takeDroppedBundle")).toBeUndefined();
  });
});
