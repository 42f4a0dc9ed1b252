import { describe, expect, it, vi } from "vitest";
import { ShortcutRegistry } from "./shortcuts";

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
    registry.add("page", { keys: "D", label: "Check", run: page }, 0);
    registry.add("row", { keys: "D", label: "Doctor", run: row }, 0);
    expect(registry.dispatch(press("d"), false, true)).toBe(true);
    expect(row).toHaveBeenCalledOnce();
    expect(page).not.toHaveBeenCalled();
  });

  it("rests_what_lies_under_a_dialog", () => {
    const registry = new ShortcutRegistry();
    registry.add("page", { keys: "N", label: "Add", run: vi.fn() }, 0);
    const dialog = registry.nextLayer();
    registry.openLayer(dialog);
    expect(registry.dispatch(press("n"), false, true)).toBe(false);
    registry.closeLayer(dialog);
    expect(registry.dispatch(press("n"), false, true)).toBe(true);
  });

  it("rests_what_lies_in_a_dialog_under_one_that_opened_later_beside_it", () => {
    const registry = new ShortcutRegistry();
    const [form, over] = [registry.nextLayer(), registry.nextLayer()];
    const submit = vi.fn();
    registry.openLayer(form);
    registry.add("submit", { keys: "Mod+Enter", label: "Create", inFields: true, run: submit }, form);
    // The one above has no such key of its own.
    registry.openLayer(over);
    expect(registry.dispatch(press("Enter", document.body, { ctrlKey: true }), false, true)).toBe(false);
    registry.closeLayer(over);
    expect(registry.dispatch(press("Enter", document.body, { ctrlKey: true }), false, true)).toBe(true);
    expect(submit).toHaveBeenCalledOnce();
  });

  it("leaves_keys_to_an_open_menu_but_not_those_that_act_everywhere", () => {
    const registry = new ShortcutRegistry();
    registry.add("c", { keys: "C", label: "Sign in", run: vi.fn() }, 0);
    registry.add("k", { keys: "Mod+K", label: "Search", everywhere: true, run: vi.fn() }, 0);
    const menu = document.createElement("div");
    menu.setAttribute("data-trigger", "MenuTrigger");
    const item = menu.appendChild(document.createElement("div"));
    expect(registry.dispatch(press("c", item), false, true)).toBe(false);
    expect(registry.dispatch(press("k", item, { ctrlKey: true }), false, true)).toBe(true);
  });

  it("leaves_letters_to_fields_but_not_keys_with_ctrl", () => {
    const registry = new ShortcutRegistry();
    registry.add("n", { keys: "N", label: "Add", run: vi.fn() }, 0);
    registry.add("k", { keys: "Mod+K", label: "Search", run: vi.fn() }, 0);
    const field = document.createElement("input");
    expect(registry.dispatch(press("n", field), false, true)).toBe(false);
    expect(registry.dispatch(press("k", field, { ctrlKey: true }), false, true)).toBe(true);
  });

  it("takes_command_for_mod_on_a_mac_only", () => {
    const registry = new ShortcutRegistry();
    registry.add("k", { keys: "Mod+K", label: "Search", run: vi.fn() }, 0);
    expect(registry.dispatch(press("k", document.body, { ctrlKey: true }), true, true)).toBe(false);
    expect(registry.dispatch(press("k", document.body, { metaKey: true }), true, true)).toBe(true);
  });
});
