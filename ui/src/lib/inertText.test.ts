import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { inertText, turnsDirection } from "./inertText";

type Case = { text: string; block: string };

const cases = JSON.parse(readFileSync("../src-tauri/crates/patchbay-model/src/inert_cases.json", "utf8")) as Case[];

it.each(cases)("makes visible what acts or hides in $text", ({ text, block }) => {
  expect(inertText(text)).toBe(block);
  expect(inertText(inertText(text))).toBe(block);
});

it("knows letters that are written from right to left", () => {
  expect(turnsDirection("שלום")).toBe(true);
  expect(turnsDirection("مرحبا")).toBe(true);
  expect(turnsDirection("Zürich 東京 ❤️")).toBe(false);
});
