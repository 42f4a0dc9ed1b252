import { expect, it } from "vitest";
import { findConflict, listKeys, resolveKeys, withKeys } from "./shortcutTable";

it.each([false, true])("usual_keys_do_one_thing_each_where_they_act_on_a_mac_%s", (mac) => {
  for (const { id, keys } of listKeys({}, mac))
    if (id) expect([id, findConflict(id, keys[0]!, {}, mac)]).toEqual([id, null]);
});

it("keys_are_taken_on_the_same_page_and_on_every_page_and_free_on_another", () => {
  expect(findConflict("runs.again", "E", {}, false)).toBe("Edit and run");
  expect(findConflict("runs.again", "Mod+K", {}, false)).toBe("Search or run a command");
  expect(findConflict("window.search", "E", {}, false)).toBe("Edit and run");
  expect(findConflict("runs.again", "J", {}, false)).toBe("Move");
  expect(findConflict("connectors.add", "4", {}, false)).toBe("Fix by number");
  expect(findConflict("runs.again", "T", {}, false)).toBeNull();
  // What was changed has left its keys, and has others.
  const changed = { "runs.edit": "G" };
  expect(findConflict("runs.again", "E", changed, false)).toBeNull();
  expect(findConflict("runs.again", "G", changed, false)).toBe("Edit and run");
});

it("only_keys_other_than_the_usual_ones_are_kept", () => {
  const changed = withKeys({ "runs.edit": "G" }, "runs.again", "Mod+G", false);
  expect(changed).toEqual({ "runs.edit": "G", "runs.again": "Mod+G" });
  expect(withKeys(changed, "runs.again", null, false)).toEqual({ "runs.edit": "G" });
  expect(withKeys(changed, "runs.again", "R", false)).toEqual({ "runs.edit": "G" });
  expect(withKeys({}, "page.back", "Mod+[", true)).toEqual({});
  expect(resolveKeys("page.back", {}, true)).toBe("Mod+[");
  expect(resolveKeys("constructor", {}, false)).toBe("constructor");
});
