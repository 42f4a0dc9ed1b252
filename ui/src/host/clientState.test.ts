import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { clientState, stateKey } from "./clientState";

const draft = (tool: string) => stateKey<string | null>(null, "draft", tool);

it("keeps_each_place_apart_and_each_window_apart", () => {
  const [one, other] = [clientState(new QueryClient()), clientState(new QueryClient())];
  one.set(draft("echo"), "hello");
  expect(one.get(draft("echo"))).toBe("hello");
  expect(one.get(draft("add"))).toBeNull();
  expect(other.get(draft("echo"))).toBeNull();
});

it("tells_of_changes_only_and_only_those_who_still_listen", () => {
  const state = clientState(new QueryClient());
  const listener = vi.fn();
  const stop = state.subscribe(listener);
  state.set(draft("echo"), (before) => before ?? "was nothing");
  state.set(draft("echo"), "was nothing");
  expect(listener).toHaveBeenCalledTimes(1);
  stop();
  state.set(draft("echo"), null);
  expect(listener).toHaveBeenCalledTimes(1);
});
