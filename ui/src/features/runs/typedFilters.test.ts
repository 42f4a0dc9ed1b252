import { describe, expect, it } from "vitest";
import { asTyped, takeFilters, withFilters } from "./typedFilters";

const taken = (text: string, isOver = false) => {
  const { filters, rest } = takeFilters(text, isOver);
  return [filters.map(({ name, value }) => `${name}=${value}`).join(" "), rest];
};

describe("a filter is taken out of the text", () => {
  it("once a space follows it, and no sooner", () => {
    expect(taken("status:failed")).toEqual(["", "status:failed"]);
    expect(taken("status:failed ")).toEqual(["status=failed", ""]);
    expect(taken("rate tool:search limit")).toEqual(["tool=search", "rate limit"]);
  });

  it("at the end of typing at the latest", () => {
    expect(taken("rate Status:ERROR", true)).toEqual(["status=failed", "rate "]);
    expect(taken('connector:"My Hub', true)).toEqual(["connector=My Hub", ""]);
  });

  it("with how long ago something was", () => {
    expect(taken("since:7d since:24H ")).toEqual(["since=7d since=24H", ""]);
  });

  it("with whether it is pinned", () => {
    expect(taken("is:Pinned ")).toEqual(["is=pinned", ""]);
  });

  it("with all of a name in quotes", () => {
    expect(taken('connector:"My ')).toEqual(["", 'connector:"My ']);
    expect(taken('connector:"My Hub" x')).toEqual(["connector=My Hub", "x"]);
  });

  it.each([
    "status:odd ",
    "is:red ",
    "since:7y ",
    'since:"7d" ',
    "tool: ",
    "http://x ",
    '"status:failed" ',
    '"two words" x ',
    'a "b status:failed ',
    "  ",
  ])("and not where it is none: %j", (text) => {
    expect(taken(text)).toEqual(["", text]);
  });
});

it("adds states up and keeps the last of every other kind", () => {
  const some = takeFilters("status:failed tool:a status:done ", true).filters;
  expect(asTyped(withFilters(some, takeFilters("tool:b status:failed ", true).filters), "words ")).toBe(
    "status:done tool:b status:failed words",
  );
});

it("writes names of several words in quotes, so that they are read as one again", () => {
  const text = asTyped([{ name: "connector", value: 'The "new" hub' }], "");
  expect(text).toBe('connector:"The *new* hub"');
  expect(taken(text, true)).toEqual(["connector=The *new* hub", ""]);
});
