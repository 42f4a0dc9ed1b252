import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { looksLikeMarkdown, Markdown } from "./Markdown";

it("draws Markdown, and nothing in it that could be loaded, opened or run", async () => {
  render(<Markdown text={"# Head\n\n**bold** [site](https://example.com/x) [bad](javascript:alert(1)) ![pic](https://example.com/p.png)\n\n<img src=x onerror=alert(1)><script>alert(1)</script>"} />);
  expect(await screen.findByRole("heading", { name: "Head" })).toBeVisible();
  expect(screen.getByText("bold")).toBeVisible();
  expect(screen.getByText("site")).toHaveAttribute("title", "https://example.com/x");
  expect(screen.getByText("Picture: pic")).toBeVisible();
  for (const tag of ["a", "img", "script", "iframe", "input"]) expect(document.querySelector(tag)).toBeNull();
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
