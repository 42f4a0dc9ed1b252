import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { axeViolations } from "@/test/axe";
import { jsonLines } from "./jsonLines";
import { JsonView } from "./JsonView";

describe("lines", () => {
  it("keep short lists of plain values on one line, and folded containers too", () => {
    const value = { labels: ["bug", "gateway"], user: { login: "lena", tags: [] }, list: [{ a: 1 }] };
    const parts = (folded: string[]) =>
      jsonLines(value, new Set(folded)).map((line) => `${line.depth} ${line.part} ${line.pointer}`);
    expect(parts([])).toEqual([
      "0 open ",
      "1 value /labels",
      "1 open /user",
      "2 value /user/login",
      "2 value /user/tags",
      "1 close /user",
      "1 open /list",
      "2 open /list/0",
      "3 value /list/0/a",
      "2 close /list/0",
      "1 close /list",
      "0 close ",
    ]);
    expect(parts(["/user", "/list"])).toEqual([
      "0 open ",
      "1 value /labels",
      "1 folded /user",
      "1 folded /list",
      "0 close ",
    ]);
  });

  it("take any value", () => {
    for (const value of [null, 0, "", false, [], {}]) expect(jsonLines(value, new Set())).toHaveLength(1);
  });
});

const value = {
  number: 482,
  assignee: null,
  labels: ["bug", "gateway"],
  user: { login: "lena", site_admin: false },
  list: [{ a: 1 }],
  token: "<redacted>",
};
const tree = () => screen.getByRole("tree", { name: "Result" });
const shown = () => [...tree().querySelectorAll("code")].map((line) => line.textContent).join("\n");
const aria = (item: Element | null, what: string) => item?.getAttribute(`aria-${what}`);
const current = () => document.getElementById(tree().getAttribute("aria-activedescendant") ?? "");

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
});

it("reads as the JSON it shows, and folds by the pointer", async () => {
  render(<JsonView label="Result" value={value} />);
  expect(JSON.parse(shown())).toEqual(value);
  const sign = () => screen.getByRole("treeitem", { name: "user: 2 properties" }).firstElementChild as HTMLElement;
  await userEvent.click(sign());
  expect(shown()).toContain('"user": { 2 },');
  await userEvent.click(sign());
  expect(JSON.parse(shown())).toEqual(value);
});

it("tells assistive technology what each line is and where it stands", async () => {
  const { container } = render(<JsonView label="Result" value={value} />);
  expect(
    screen
      .getAllByRole("treeitem")
      .map(
        (item) => `${aria(item, "level")} ${aria(item, "posinset")}/${aria(item, "setsize")} ${aria(item, "label")}`,
      ),
  ).toEqual([
    "1 1/1 6 properties",
    "2 1/6 number: 482",
    "2 2/6 assignee: null",
    "2 3/6 labels: bug, gateway",
    "2 4/6 user: 2 properties",
    "3 1/2 login: lena",
    "3 2/2 site_admin: false",
    "2 5/6 list: 1 item",
    "3 1/1 item 1: 1 property",
    "4 1/1 a: 1",
    "2 6/6 token: <redacted>",
  ]);
  expect(await axeViolations(container)).toEqual([]);
  // WebKit sees no tree where anything else is in it.
  const others = [...tree().querySelectorAll("*")].filter((element) => !element.closest("[role=treeitem]"));
  expect(new Set(others.map((element) => element.getAttribute("role")))).toEqual(new Set(["presentation"]));
});

it("is walked, folded and unfolded by the keys of a tree", async () => {
  render(<JsonView label="Result" value={value} />);
  await userEvent.tab();
  expect(tree()).toHaveFocus();
  const after = async (keys: string) => {
    await userEvent.keyboard(keys);
    return aria(current(), "label");
  };
  expect(current()).toHaveAccessibleName("6 properties");
  expect(await after("{ArrowUp}")).toBe("6 properties");
  expect(await after("{ArrowRight}{ArrowDown}{ArrowDown}{ArrowDown}")).toBe("user: 2 properties");
  expect(current()).toHaveAttribute("aria-expanded", "true");
  expect(await after("{ArrowLeft}")).toBe("user: 2 properties");
  expect(current()).toHaveAttribute("aria-expanded", "false");
  expect(await after("{ArrowDown}")).toBe("list: 1 item");
  expect(await after("{ArrowUp}{ArrowRight}")).toBe("user: 2 properties");
  expect(current()).toHaveAttribute("aria-expanded", "true");
  expect(await after("{ArrowRight}{ArrowDown}{ArrowDown}")).toBe("list: 1 item");
  expect(await after("{ArrowUp}{ArrowLeft}")).toBe("user: 2 properties");
  await userEvent.keyboard("{Enter}");
  expect(shown()).toContain('"user": { 2 },');
  await userEvent.keyboard(" ");
  expect(JSON.parse(shown())).toEqual(value);
  expect(await after("{End}")).toBe("token: <redacted>");
  expect(await after("{Home}")).toBe("6 properties");
  expect(await after("{PageDown}")).toBe("token: <redacted>");
  expect(fireEvent.keyDown(tree(), { key: " " })).toBe(false);
  expect(tree()).toHaveFocus();
});

it("scrolls a long text sideways before it leaves its line", async () => {
  render(<JsonView label="Result" value={{ text: "x".repeat(900) }} />);
  await userEvent.tab();
  await userEvent.keyboard("{ArrowDown}{ArrowRight}");
  expect(tree().scrollLeft).toBeGreaterThan(0);
  await userEvent.keyboard("{ArrowLeft}");
  expect(tree().scrollLeft).toBe(0);
  expect(current()).toHaveAccessibleName(/^text: x/);
  await userEvent.keyboard("{ArrowLeft}");
  expect(current()).toHaveAccessibleName("1 property");
});

it("draws only what is in sight of a huge value, and the line that is current", async () => {
  render(<JsonView label="Result" value={Array.from({ length: 50_000 }, (_, id) => ({ id }))} />);
  expect(tree().querySelectorAll("code").length).toBeLessThan(200);
  await userEvent.tab();
  await userEvent.keyboard("{End}");
  expect(current()).toHaveAccessibleName("id: 49999");
  expect(tree().querySelectorAll("code").length).toBeLessThan(200);
});

it("marks integers that may have been rounded on their way to the window", () => {
  const value: unknown = JSON.parse('{"id": 9007199254740993, "ids": [9007199254740993], "n": 1.5}');
  render(<JsonView label="Result" value={value} />);
  expect(screen.getByRole("treeitem", { name: "id: about 9007199254740992" })).toHaveTextContent(
    '"id": ≈ 9007199254740992,',
  );
  expect(screen.getByRole("treeitem", { name: "ids: about 9007199254740992" })).toHaveTextContent(
    '"ids": [≈ 9007199254740992],',
  );
  expect(screen.getByRole("treeitem", { name: "n: 1.5" })).toHaveTextContent('"n": 1.5');
  expect(screen.getAllByTitle("May be rounded: over 9007199254740991")).toHaveLength(2);
});
