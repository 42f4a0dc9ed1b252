import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { looksLikeMarkdown, Markdown } from "./Markdown";

it("draws Markdown, and nothing in it that could be loaded, opened or run", async () => {
  render(
    <Markdown
      text={
        "# Head\n\n**bold** [site](https://example.com/x) [bad](javascript:alert(1)) ![pic](https://example.com/p.png)\n\n<img src=x onerror=alert(1)><script>alert(1)</script>"
      }
    />,
  );
  expect(await screen.findByRole("heading", { name: "Head" })).toBeVisible();
  expect(screen.getByText("bold")).toBeVisible();
  expect(screen.getByText("site")).toHaveAttribute("title", "https://example.com/x");
  expect(screen.getByText("Image: pic")).toBeVisible();
  for (const tag of ["a", "img", "script", "iframe", "input"]) expect(document.querySelector(tag)).toBeNull();
});

it("makes visible what hides or turns, also where it is written as an escape", async () => {
  render(
    <Markdown
      text={
        '# Head\n\nsafe\u202efdp.exe and pay&#x200b;pal &#8238;x [a&#x2066;b](https://e.example/&#x202e;y "t")\n\n`co\u202ede`\n\n![pic&#x202e;](https://e.example/p.png)'
      }
    />,
  );
  expect(await screen.findByRole("heading", { name: "Head" })).toBeVisible();
  const body = document.body;
  expect(body.innerHTML).not.toMatch(/[\u200b\u202e\u2066]/);
  expect(body).toHaveTextContent("safe<U+202E>fdp.exe and pay<U+200B>pal <U+202E>x");
  expect(body).toHaveTextContent("co<U+202E>de");
});

it("loads nothing from elsewhere and draws no markup of the text", async () => {
  const asked = vi.spyOn(globalThis, "fetch");
  const traps = [
    "<svg onload=alert(1)>",
    "<style>@import 'https://e.example/x.css'</style>",
    "<base href='https://e.example/'>",
    "<form action='https://e.example'><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://e.example'>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<https://e.example/auto>",
    "[x]: https://e.example/ref",
    "[x]",
    "![y][x]",
  ];
  render(<Markdown text={`# Head\n\n${traps.join("\n\n")}`} />);
  expect(await screen.findByRole("heading", { name: "Head" })).toBeVisible();
  for (const tag of ["a", "img", "svg", "style", "base", "form", "meta", "math", "link", "iframe", "object"])
    expect(document.body.querySelector(tag)).toBeNull();
  for (const element of document.body.querySelectorAll("*")) {
    for (const name of element.getAttributeNames())
      expect(name).not.toMatch(/^(on|href|src|action|srcset|style|xlink)/);
  }
  expect(asked).not.toHaveBeenCalled();
});

it("leaves a very long text as it is", () => {
  render(<Markdown text={"**bold**\n".repeat(20_000)} />);
  expect(document.querySelector("p")).toHaveTextContent(/^\*\*bold/);
});

const shownPlain = (text: string) => {
  const { container, unmount } = render(<Markdown text={text} />);
  const isPlain = container.firstElementChild?.tagName === "P";
  unmount();
  return isPlain;
};

it("looks for Markdown in no more than the first lines, each by itself", () => {
  for (const text of ["\n".repeat(99_000), "[".repeat(99_000), `|${" ".repeat(99_000)}x`, " ".repeat(99_000)])
    expect(looksLikeMarkdown(text)).toBe(false);
});

it.each([
  ["lists in lists", "- ".repeat(2000)],
  ["quotes in quotes", "> ".repeat(10_000)],
  ["lists in quotes", `${"> - ".repeat(20)}a`],
  ["a long table", `|a|b|\n|-|-|\n${"|1|2|\n".repeat(1300)}`],
  ["emphasis in emphasis", `# Head\n\n${"*a ".repeat(3000)}${"a* ".repeat(3000)}`],
  ["very many lines", `# Head\n${"\na\n".repeat(4000)}`],
])("leaves text as it is that would take long to format: %s", (_what, text) => expect(shownPlain(text)).toBe(true));

it("formats a table and a list as people write them", () => {
  expect(shownPlain(`# Head\n\n${"|a|b|\n".repeat(100)}`)).toBe(false);
  expect(shownPlain("- a\n  - b\n    1. > c")).toBe(false);
  expect(shownPlain(`---\n\n${"- ".repeat(3)}a\n${"*".repeat(20)}`)).toBe(false);
});

it("keeps the columns of a log", () => {
  const { rerender } = render(<Markdown text={"00001  relay  passed on\n00002  relay  passed on"} />);
  expect(document.querySelector("p")).toHaveAttribute("data-mono");
  rerender(<Markdown text={"One sentence.  Another one."} />);
  expect(document.querySelector("p")).not.toHaveAttribute("data-mono");
});

it("leaves plain text as it is", () => {
  render(<Markdown text={"line one\n  line two * 3"} />);
  expect(document.querySelector("p")).toHaveTextContent("line one line two * 3");
  expect(looksLikeMarkdown("a_b and 2 * 3 < 4 # not a head")).toBe(false);
  expect(looksLikeMarkdown("- one\n- two")).toBe(true);
});
