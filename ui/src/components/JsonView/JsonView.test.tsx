import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { jsonLines } from "./jsonLines";
import { JsonView } from "./JsonView";

describe("lines", () => {
  it("keep short lists of plain values on one line, and folded containers too", () => {
    const value = { labels: ["bug", "gateway"], user: { login: "lena", tags: [] }, list: [{ a: 1 }] };
    const parts = (folded: string[]) => jsonLines(value, new Set(folded)).map((line) => `${line.depth} ${line.part} ${line.pointer}`);
    expect(parts([])).toEqual(["0 open ", "1 value /labels", "1 open /user", "2 value /user/login", "2 value /user/tags", "1 close /user", "1 open /list", "2 open /list/0", "3 value /list/0/a", "2 close /list/0", "1 close /list", "0 close "]);
    expect(parts(["/user", "/list"])).toEqual(["0 open ", "1 value /labels", "1 folded /user", "1 folded /list", "0 close "]);
  });

  it("take any value", () => {
    for (const value of [null, 0, "", false, [], {}]) expect(jsonLines(value, new Set())).toHaveLength(1);
  });
});

it("reads as the JSON it shows, and folds", async () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  const value = { number: 482, assignee: null, user: { login: "lena", site_admin: false }, token: "<redacted>" };
  render(<JsonView label="Result" value={value} />);
  const shown = () => [...screen.getByRole("region", { name: "Result" }).querySelectorAll("code")].map((line) => line.textContent).join("\n");
  expect(JSON.parse(shown())).toEqual(value);
  await userEvent.click(screen.getByRole("button", { name: "Fold user" }));
  expect(shown()).toContain('"user": { 2 },');
  await userEvent.click(screen.getByRole("button", { name: "Unfold user" }));
  expect(JSON.parse(shown())).toEqual(value);
});

it("draws only what is in sight of a huge value", () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  render(<JsonView label="Result" value={Array.from({ length: 50_000 }, (_, id) => ({ id }))} />);
  expect(screen.getByRole("region", { name: "Result" }).querySelectorAll("code").length).toBeLessThan(200);
});
