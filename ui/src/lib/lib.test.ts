import { describe, expect, it, onTestFinished, vi } from "vitest";
import { argumentWords } from "./argumentWords";
import { keysOfPress, pressed, showKeys } from "./keys";
import { score, splitByMatch } from "./match";
import { compareText } from "./order";
import {
  ago,
  asOf,
  bytes,
  countdown,
  duration,
  expires,
  lasting,
  startOfDay,
  timeLeft,
  until,
  whenWords,
} from "./time";
import { allOf, anyOf, count, cutMiddle, grouped, initials, sentence } from "./words";

const now = new Date(2026, 10, 20, 9, 41, 30);
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe("times", () => {
  it("grow_coarser_with_their_distance", () => {
    expect(ago(at(2026, 10, 20, 9, 33), now)).toBe("8 min ago");
    expect(ago(at(2026, 10, 20, 9, 41), now)).toBe("just now");
    expect(ago(at(2026, 10, 20, 7, 36), now)).toBe("today 07:36");
    expect(ago(at(2026, 10, 19, 16, 20), now)).toBe("yesterday 16:20");
    expect(ago(at(2026, 10, 16, 9, 2), now)).toBe("Mon 09:02");
    expect(ago(at(2026, 0, 12, 9, 2), now)).toBe("12 Jan");
    expect(ago(at(2025, 0, 12, 9, 2), now)).toBe("12 Jan 2025");
    expect(asOf(at(2026, 10, 20, 9, 33), now)).toBe("09:33");
    expect(asOf(at(2026, 10, 19, 23, 40), new Date(2026, 10, 20, 0, 12))).toBe("23:40");
  });

  it("are_of_the_time_zone_to_which_the_computer_travelled", () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [zone, words] of [
      ["Europe/Berlin", "today 08:40"],
      ["America/New_York", "today 02:40"],
    ]) {
      vi.stubEnv("TZ", zone);
      expect(ago("2026-11-20T07:40:00Z", new Date("2026-11-20T09:00:00Z"))).toBe(words);
    }
  });

  it("name_the_days_where_one_of_them_was_shorter_or_longer", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    onTestFinished(() => void vi.unstubAllEnvs());
    // The clocks went forward on 29 March and back on 25 October.
    const [spring, autumn] = [new Date(2026, 2, 30, 9, 0), new Date(2026, 9, 26, 9, 0)];
    expect(ago(at(2026, 2, 28, 23, 30), spring)).toMatch(/^Sat/);
    expect(ago(at(2026, 9, 25, 0, 30), autumn)).toMatch(/^yesterday/);
  });

  it("count_down_in_minutes_and_seconds", () => {
    expect(countdown(252)).toBe("4:12");
    expect(countdown(0.2)).toBe("0:01");
    expect(countdown(-3)).toBe("0:00");
  });

  it("say_what_is_left", () => {
    expect(timeLeft(at(2026, 10, 20, 10, 40), now)).toBe("58 min left");
    expect(timeLeft(at(2026, 10, 20, 9, 0), now)).toBe("no time left");
  });

  it("say_how_long_something_has_lasted", () => {
    expect(lasting(at(2026, 10, 20, 9, 41), now)).toBe("for less than 1 min");
    expect(lasting(at(2026, 10, 20, 6, 41), now)).toBe("for 3 h");
    expect(lasting(at(2026, 10, 18, 9, 41), now)).toBe("for 2 days");
  });

  it("say_when_something_expires_before_and_after", () => {
    expect(until(at(2026, 10, 20, 10, 40), now)).toBe("in 58 min");
    expect(until(at(2026, 10, 21, 10, 0), now)).toBe("in 1 day");
    expect(until(at(2026, 10, 20, 9, 41), now)).toBe("expired just now");
    expect(until(at(2026, 10, 18, 9, 41), now)).toBe("expired 2 days ago");
    expect(expires(at(2026, 10, 23, 10, 0), now)).toBe("expires in 3 days");
    expect(expires(at(2026, 10, 18, 9, 41), now)).toBe("expired 2 days ago");
  });

  it("say_sizes_in_decimal_units", () => {
    expect([999, 1800, 2_500_000].map(bytes)).toEqual(["999 B", "1.8 kB", "2.5 MB"]);
    expect([999_960, 1_500_000_000].map(bytes)).toEqual(["1.0 MB", "1.5 GB"]);
  });

  it("say_when_something_is_to_come", () => {
    expect(whenWords(at(2026, 10, 20, 18, 2), now)).toBe("today 18:02");
    expect(whenWords(at(2026, 10, 21, 9, 40), now)).toBe("tomorrow 09:40");
    expect(whenWords(at(2026, 10, 26, 7, 15), now)).toBe("Thu 07:15");
    expect(whenWords(at(2026, 10, 27, 7, 15), now)).toBe("27 Nov");
    expect(whenWords(at(2026, 10, 20, 9, 41), now)).toBe("expired");
    expect(startOfDay(now, 11)).toEqual(new Date(2026, 11, 1));
  });

  it("have_units_that_fit", () => {
    expect([412, 1210, 14_200, 125_000].map(duration)).toEqual(["412 ms", "1.21 s", "14 s", "2 min 5 s"]);
    expect([999.7, 9_996, 59_600, 86_400_000].map(duration)).toEqual(["1.00 s", "10 s", "1 min 0 s", "24 h 0 min"]);
  });
});

describe("words", () => {
  it("make_two_letters_of_a_name", () => {
    expect(["GitHub", "HubSpot CRM", "Notion", "", "10ex", "127.0.0.1"].map(initials)).toEqual([
      "GH",
      "HS",
      "No",
      "?",
      "10",
      "12",
    ]);
    expect(["🧭 Compass", "👩‍💻", "𝒜ppend"].map(initials)).toEqual(["🧭C", "👩‍💻", "𝒜p"]);
  });

  it("show_messages_as_sentences", () => {
    expect(sentence("couldn't connect to Mistral")).toBe("Couldn't connect to Mistral.");
    expect(sentence("Try again.")).toBe("Try again.");
    expect(sentence('{"incident":"a-1"}')).toBe('{"incident":"a-1"}');
    expect(sentence("sign-in timed out")).toBe("Sign-in timed out.");
    expect(sentence("mistral.ai rejected the request")).toBe("mistral.ai rejected the request.");
    expect(sentence("localhost:8931 sent no usable token")).toBe("localhost:8931 sent no usable token.");
  });

  it("are_ordered_with_their_numbers_by_value", () => {
    expect(["Service 10", "Service 2", "service 1"].sort(compareText)).toEqual([
      "service 1",
      "Service 2",
      "Service 10",
    ]);
  });

  it("group_and_count", () => {
    expect(grouped(1234567)).toBe("1\u2009234\u2009567");
    expect([count(1, "tool"), count(2, "tool")]).toEqual(["1 tool", "2 tools"]);
  });

  it("are_listed_without_a_comma_before_the_last", () => {
    expect([allOf(["A"]), allOf(["A", "B"]), allOf(["A", "B", "C"])]).toEqual(["A", "A and B", "A, B and C"]);
    expect([anyOf([]), anyOf(["A", "B", "C"])]).toEqual(["", "A, B or C"]);
  });

  it("keep_both_ends_of_what_is_cut", () => {
    expect(cutMiddle("mcp.northlight.example/v1/mcp", 15)).toBe("mcp.nor…/v1/mcp");
  });
});

describe("search", () => {
  it("wants_every_word_somewhere", () => {
    expect(score(["git", "iss"], ["create_issue", "GitHub · lena"])).not.toBeNull();
    expect(score(["git", "foo"], ["create_issue", "GitHub · lena"])).toBeNull();
  });

  it("prefers_heads_of_words", () => {
    expect(score(["iss"], ["create_issue"])).toBeGreaterThan(score(["iss"], ["dismiss"]) ?? 0);
  });

  it("marks_what_was_typed", () => {
    expect(splitByMatch(["iss"], "create_issue")).toEqual([
      { text: "create_", typed: false },
      { text: "iss", typed: true },
      { text: "ue", typed: false },
    ]);
  });

  it("marks_the_right_letters_after_an_emoji", () => {
    expect(splitByMatch(["go"], "🚀 go")).toEqual([
      { text: "🚀 ", typed: false },
      { text: "go", typed: true },
    ]);
  });
});

it("keys_are_shown_as_each_system_does", () => {
  expect(showKeys("Mod+Shift+Enter", true)).toBe("⌘⇧↵");
  expect(showKeys("Mod+K", false)).toBe("Ctrl K");
});

it("a_press_is_read_as_the_shortcut_that_it_presses_and_keys_of_lists_and_dialogs_as_none", () => {
  const press = (key: string, held: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, ...held });
  const read = [
    [press("g"), "G"],
    [press("G", { shiftKey: true }), "Shift+G"],
    [press("?", { shiftKey: true }), "?"],
    [press("g", { ctrlKey: true, altKey: true, shiftKey: true }), "Mod+Alt+Shift+G"],
    [press("Enter", { ctrlKey: true }), "Mod+Enter"],
    [press("ArrowLeft", { altKey: true }), "Alt+ArrowLeft"],
    [press("F8"), "F8"],
    [press("É"), "É"],
  ] as const;
  for (const [event, keys] of read) {
    expect(keysOfPress(event, false)).toBe(keys);
    expect(pressed(event, keys, false)).toBe(true);
  }
  expect(keysOfPress(press("g", { metaKey: true }), true)).toBe("Mod+G");
  const none = ["Enter", "Escape", "Tab", " ", "ArrowUp", "Home", "PageDown", "Shift", "Dead", "+", "F13", "\u202e"];
  for (const key of none) expect(keysOfPress(press(key), false)).toBeNull();
  expect(keysOfPress(press("g", { metaKey: true }), false)).toBeNull();
});

it("arguments_are_named_whole_and_secrets_hidden", () => {
  expect(argumentWords("paths", ["/a", "/b", "/c"])).toBe("paths /a, /b, /c");
  expect(argumentWords("keys", ["<redacted>", "x"])).toBe("keys (hidden), x");
  expect(argumentWords("force", false)).toBe("force false");
  for (const none of ["", null, [], [{}], { a: 1 }]) expect(argumentWords("none", none)).toBeNull();
});
