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
