import { describe, expect, it, vi } from "vitest";
import { type KeySettings, ShortcutRegistry } from "./shortcuts";
import { type Overrides, resolveKeys } from "./shortcutTable";

function settings(mac = false, overrides: Overrides = {}): KeySettings {
  return { keysOf: (keys) => resolveKeys(keys, overrides, mac), mac, singles: true };
}

function press(key: string, target: Element = document.body, given: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...given });
  target.dispatchEvent(event);
  Object.defineProperty(event, "target", { value: target });
  return event;
}

describe("shortcut registry", () => {
  it("lets_the_last_one_registered_win", () => {
    const registry = new ShortcutRegistry();
    const page = vi.fn();
    const row = vi.fn();
    registry.add("page", { keys: "connectors.check", label: "Check", run: page }, 0);
    registry.add("row", { keys: "connectors.check", label: "Doctor", run: row }, 0);
    expect(registry.dispatch(press("d"), settings())).toBe(true);
    expect(row).toHaveBeenCalledOnce();
    expect(page).not.toHaveBeenCalled();
  });

  it("leaves_a_field_with_Escape_for_the_part_of_the_page_around_it", () => {
    document.body.innerHTML = "<main tabindex=-1><input></main>";
    const field = document.querySelector("input")!;
    field.focus();
    expect(new ShortcutRegistry().dispatch(press("Escape", field), settings())).toBe(true);
    expect(document.querySelector("main")).toBe(document.activeElement);
    document.body.innerHTML = "";
  });

  it("rests_what_lies_under_a_dialog", () => {
    const registry = new ShortcutRegistry();
    registry.add("page", { keys: "connectors.add", label: "Add", run: vi.fn() }, 0);
    const dialog = registry.nextLayer();
    registry.openLayer(dialog);
    expect(registry.dispatch(press("n"), settings())).toBe(false);
    registry.closeLayer(dialog);
    expect(registry.dispatch(press("n"), settings())).toBe(true);
  });

  it("rests_what_lies_in_a_dialog_under_one_that_opened_later_beside_it", () => {
    const registry = new ShortcutRegistry();
    const [form, over] = [registry.nextLayer(), registry.nextLayer()];
    const submit = vi.fn();
    registry.openLayer(form);
    registry.add("submit", { keys: "form.submit", label: "Create", run: submit }, form);
    // The one above has no such key of its own.
    registry.openLayer(over);
    expect(registry.dispatch(press("Enter", document.body, { ctrlKey: true }), settings())).toBe(false);
    registry.closeLayer(over);
    expect(registry.dispatch(press("Enter", document.body, { ctrlKey: true }), settings())).toBe(true);
    expect(submit).toHaveBeenCalledOnce();
  });

  it("leaves_keys_to_an_open_menu", () => {
    const registry = new ShortcutRegistry();
    registry.add("c", { keys: "connectors.connect", label: "Sign in", run: vi.fn() }, 0);
    const menu = document.createElement("div");
    menu.setAttribute("data-trigger", "MenuTrigger");
    const item = menu.appendChild(document.createElement("div"));
    expect(registry.dispatch(press("c", item), settings())).toBe(false);
  });

  it("leaves_letters_to_fields_but_not_keys_with_ctrl", () => {
    const registry = new ShortcutRegistry();
    registry.add("n", { keys: "connectors.add", label: "Add", run: vi.fn() }, 0);
    registry.add("k", { keys: "window.search", label: "Search", run: vi.fn() }, 0);
    const field = document.createElement("input");
    expect(registry.dispatch(press("n", field), settings())).toBe(false);
    expect(registry.dispatch(press("k", field, { ctrlKey: true }), settings())).toBe(true);
  });

  it("takes_command_for_mod_on_a_mac_only", () => {
    const registry = new ShortcutRegistry();
    registry.add("k", { keys: "window.search", label: "Search", run: vi.fn() }, 0);
    expect(registry.dispatch(press("k", document.body, { ctrlKey: true }), settings(true))).toBe(false);
    expect(registry.dispatch(press("k", document.body, { metaKey: true }), settings(true))).toBe(true);
  });

  it("runs_once_while_a_key_is_held", () => {
    const registry = new ShortcutRegistry();
    const again = vi.fn();
    registry.add("again", { keys: "runs.again", run: again }, 0);
    const presses = [press("r"), press("r", document.body, { repeat: true })];
    for (const event of presses) expect(registry.dispatch(event, settings())).toBe(true);
    expect(again).toHaveBeenCalledOnce();
    expect(presses.every((event) => event.defaultPrevented)).toBe(true);
  });

  it("leaves_undo_and_the_keys_of_lists_to_a_field_with_the_focus", () => {
    const registry = new ShortcutRegistry();
    registry.add("undo", { keys: "window.undo", run: vi.fn() }, 0);
    registry.add("all", { keys: "list.selectAll", run: vi.fn() }, 0);
    const field = document.createElement("input");
    for (const key of ["z", "a"]) {
      const inField = press(key, field, { ctrlKey: true });
      expect(registry.dispatch(inField, settings())).toBe(false);
      expect(inField.defaultPrevented).toBe(false);
      expect(registry.dispatch(press(key, document.body, { ctrlKey: true }), settings())).toBe(true);
    }
  });

  it("acts_by_the_keys_that_a_person_chose_and_no_longer_by_the_usual_ones", () => {
    const registry = new ShortcutRegistry();
    const check = vi.fn();
    registry.add("d", { keys: "connectors.check", run: check }, 0);
    // Ids of other versions mean nothing.
    const chosen = settings(false, { "connectors.check": "Mod+G", gone: "D" });
    expect(registry.dispatch(press("d"), chosen)).toBe(false);
    expect(registry.dispatch(press("g", document.body, { ctrlKey: true }), chosen)).toBe(true);
    expect(check).toHaveBeenCalledOnce();
    expect(registry.active()[0]?.label).toBe("Check");
  });

  it("leaves_a_letter_to_fields_where_the_usual_keys_were_for_fields_too", () => {
    const registry = new ShortcutRegistry();
    registry.add("submit", { keys: "form.submit", run: vi.fn() }, 0);
    const chosen = settings(false, { "form.submit": "G" });
    expect(registry.dispatch(press("g", document.createElement("input")), chosen)).toBe(false);
    expect(registry.dispatch(press("g"), chosen)).toBe(true);
  });

  it("reads_letters_by_their_place_on_a_keyboard_of_another_script", () => {
    const registry = new ShortcutRegistry();
    const run = vi.fn();
    registry.add("add", { keys: "connectors.add", label: "Add", run }, 0);
    expect(registry.dispatch(press("т", document.body, { code: "KeyN" }), settings())).toBe(true);
    expect(registry.dispatch(press("н", document.body, { code: "KeyY" }), settings())).toBe(false);
    // On layouts of Latin letters, the letter counts, wherever it is.
    expect(registry.dispatch(press("b", document.body, { code: "KeyN" }), settings())).toBe(false);
    expect(registry.dispatch(press("ñ", document.body, { code: "KeyN" }), settings())).toBe(false);
    expect(registry.dispatch(press("'", document.body, { code: "KeyN" }), settings())).toBe(false);
  });

  it("leaves_the_key_that_ends_a_composition_to_the_input_method", () => {
    const registry = new ShortcutRegistry();
    registry.add("add", { keys: "connectors.add", label: "Add", run: vi.fn() }, 0);
    expect(registry.dispatch(press("n", document.body, { keyCode: 229 }), settings())).toBe(false);
  });
});
