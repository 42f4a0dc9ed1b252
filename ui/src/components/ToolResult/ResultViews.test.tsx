import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type ToolRun } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { renderFeature } from "@/test/renderFeature";
import { run } from "@/test/samples";
import { ResultViews } from "./ResultViews";

const user = { login: "lena", note: "Likes lena.example", tags: ["a"] };

function show(given: Partial<ToolRun>) {
  const one = run(given);
  renderFeature({ routes: { "/": () => <ResultViews run={one} /> }, at: "/" });
  return userEvent.setup();
}

const current = () => document.querySelector("[data-found]")?.getAttribute("aria-label");

it("finds_names_and_values_of_json_one_after_the_other_and_unfolds_them", async () => {
  const person = show({ result: { content: [], structured: { user, other: { login: "ada" } }, isError: false } });
  const tree = await screen.findByRole("tree", { name: "Structured result" });
  tree.focus();
  await person.keyboard("{ArrowDown}{ArrowLeft}");
  expect(within(tree).queryByText(/lena/)).toBeNull();
  await person.keyboard("{Control>}f{/Control}");
  await person.keyboard("LENA");
  expect(screen.getByRole("status")).toHaveTextContent("1 of 2");
  await waitFor(() => expect(current()).toBe("login: lena"));
  await person.keyboard("{Enter}");
  await waitFor(() => expect(current()).toBe("note: Likes lena.example"));
  await person.keyboard("{Enter}");
  expect(screen.getByRole("status")).toHaveTextContent("1 of 2");
  await person.keyboard("{Shift>}{Enter}{/Shift}");
  expect(screen.getByRole("status")).toHaveTextContent("2 of 2");
  expect(await axeViolations(document.body)).toEqual([]);
  await person.keyboard("x");
  expect(screen.getByRole("status")).toHaveTextContent("Not found");
  expect(current()).toBeUndefined();
  await person.keyboard("{Escape}");
  expect(screen.queryByRole("search")).toBeNull();
  await waitFor(() => expect(tree).toHaveFocus());
});

it("finds_text_in_all_parts_of_a_result_and_closes_with_the_view", async () => {
  const content = [
    { kind: "text" as const, text: "one **found** here" },
    { kind: "text" as const, text: JSON.stringify({ found: "found" }) },
    { kind: "text" as const, text: "and Found at last" },
  ];
  const person = show({ result: { content, structured: null, isError: false } });
  await screen.findByText("found", { selector: "strong" });
  await person.keyboard("{Control>}f{/Control}");
  await person.keyboard("found");
  expect(screen.getByRole("status")).toHaveTextContent("1 of 3");
  await person.click(screen.getByRole("button", { name: "Next" }));
  await waitFor(() => expect(current()).toBe("found: found"));
  await person.click(screen.getByRole("button", { name: "Next" }));
  expect(screen.getByRole("status")).toHaveTextContent("3 of 3");
  await person.click(screen.getByRole("tab", { name: "HTTP" }));
  expect(screen.queryByRole("search")).toBeNull();
});

it("closes_the_bar_by_escape_from_its_buttons_too", async () => {
  const person = show({ result: { content: [{ kind: "text", text: "a a" }], structured: null, isError: false } });
  await screen.findByText("a a");
  await person.keyboard("{Control>}f{/Control}a");
  screen.getByRole("button", { name: "Next" }).focus();
  await person.keyboard("{Escape}");
  expect(screen.queryByRole("search")).toBeNull();
});

it("draws_a_picture_as_what_it_is_and_no_markup", async () => {
  const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const svg = btoa('<svg xmlns="http://www.w3.org/2000/svg"/>');
  const content = [
    { kind: "image" as const, data: dot, mimeType: "image/svg+xml" },
    { kind: "image" as const, data: svg, mimeType: "image/svg+xml" },
    { kind: "image" as const, data: svg, mimeType: "image/png" },
  ];
  show({ result: { content, structured: null, isError: false } });
  const drawn = await screen.findAllByRole("img", { name: /^Part/ });
  expect(drawn.map((one) => one.getAttribute("src"))).toEqual([`data:image/png;base64,${dot}`]);
  expect(screen.getAllByText(/not shown, because/)).toHaveLength(2);
});

it("plays_a_sound_when_asked_to_and_as_what_it_is", async () => {
  const wav = btoa("RIFF$\0\0\0WAVEfmt ");
  const content = [
    { kind: "audio" as const, data: wav, mimeType: "text/html" },
    { kind: "audio" as const, data: btoa("<html>"), mimeType: "audio/wav" },
    { kind: "resource" as const, uri: "a://b.wav", mimeType: "audio/wav", text: null, blob: wav },
  ];
  const person = show({ result: { content, structured: null, isError: false } });
  expect(await screen.findAllByRole("button", { name: /^Play/ })).toHaveLength(2);
  // Nothing is decoded before.
  expect(document.querySelector("audio")).toBeNull();
  await person.click(screen.getByRole("button", { name: "Play Part 1, text/html" }));
  const played = screen.getByLabelText("Part 1, text/html");
  expect(played).toHaveAttribute("src", expect.stringMatching(/^blob:/));
  expect(played).toHaveAttribute("controls");
  expect(played).toHaveFocus();
  expect(document.querySelectorAll("audio")).toHaveLength(1);
  expect(screen.getByText(/^audio\/wav, 6 B, can't be played/)).toBeVisible();
});

it("says_for_whom_a_part_is_and_how_important", async () => {
  const part = { kind: "text" as const, text: "one" };
  const annotations = { audience: ["assistant" as const], priority: 0.5, lastModified: "2025-01-12T15:00:58Z" };
  const forBoth = { audience: ["user" as const, "assistant" as const], priority: null, lastModified: null };
  const content = [{ ...part, annotations }, part, { ...part, annotations: forBoth }];
  show({ result: { content, structured: null, isError: false } });
  expect(await screen.findByText("For the assistant · Priority 0.5 · Changed 12 Jan 2025")).toBeVisible();
  expect(screen.queryByText(/^For (you|both)/)).toBeNull();
});

it("a_link_shows_its_title_and_description_and_where_it_leads", async () => {
  const link = { uri: "notes://1", name: "one", title: "First", description: "A note", mimeType: "text/plain" };
  show({ result: { content: [{ kind: "resource_link", ...link }], structured: null, isError: false } });
  expect(await screen.findByText("First")).toBeVisible();
  expect(screen.getByText("A note · notes://1 · text/plain")).toBeVisible();
});

it("shows_the_other_parts_of_a_result_when_one_cannot_be_shown", async () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  const broken = {
    get value(): unknown {
      throw new Error("no value");
    },
  };
  const content = [
    { kind: "other" as const, value: broken },
    { kind: "text" as const, text: "[".repeat(1000) },
    { kind: "text" as const, text: "the last part" },
  ];
  show({ result: { content, structured: null, isError: false } });
  expect(await screen.findByText("the last part")).toBeVisible();
  expect(screen.getAllByText("Couldn't show this part")).toHaveLength(1);
  expect(screen.getByText(/^\[{1000}$/)).toBeVisible();
});

it("shows_text_as_markdown_only_if_it_is_or_has_no_type", async () => {
  const text = "# install\n- one\n";
  const resource = (mimeType: string | null) => ({
    kind: "resource" as const,
    uri: `file:///${mimeType}`,
    mimeType,
    text,
    blob: null,
  });
  const types = [null, "text/markdown; charset=utf-8", "application/yaml", "text/x-python", "text/x-sh"];
  show({ result: { content: types.map(resource), structured: null, isError: false } });
  expect(await screen.findAllByRole("heading", { name: "install" })).toHaveLength(2);
  const plain = [...document.querySelectorAll("p[data-mono]")].map((paragraph) => paragraph.textContent);
  expect(plain).toEqual([text, text, text]);
});
