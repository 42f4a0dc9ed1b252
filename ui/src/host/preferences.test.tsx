import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { problem } from "@/test/samples";
import { commands, type Preferences } from "./bindings";
import { useChangePreferences } from "./preferences";
import { queries } from "./queries";
import { newQueryClient } from "./queryClient";

const { queryKey } = queries.preferences();

type Saved = Awaited<ReturnType<typeof commands.savePreferences>>;

afterEach(() => void vi.restoreAllMocks());

/** The hook, with saves that wait for an answer. */
function changing(initial: Preferences) {
  const saves: { preferences: Preferences; answer: (saved: Saved) => void }[] = [];
  vi.spyOn(commands, "savePreferences").mockImplementation(
    (preferences) => new Promise((answer) => saves.push({ preferences, answer })),
  );
  const client = newQueryClient();
  client.setQueryData(queryKey, initial);
  const { result } = renderHook(() => useChangePreferences(), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  const change = async (changes: Preferences) => {
    await act(async () => {
      result.current.mutate(changes);
      await Promise.resolve();
    });
  };
  return { saves, change, shown: () => client.getQueryData(queryKey) };
}

it("a_failed_change_is_undone_alone", async () => {
  const { saves, change, shown } = changing({ theme: "light", density: "comfortable" });
  await change({ theme: "dark" });
  await change({ density: "compact" });
  expect(shown()).toEqual({ theme: "dark", density: "compact" });
  saves[0]?.answer({ status: "error", error: problem({ code: "file.failed", message: "Disk full" }) });
  await waitFor(() => expect(saves).toHaveLength(2));
  expect(shown()).toEqual({ theme: "light", density: "compact" });
  expect(saves[1]?.preferences).toEqual({ theme: "light", density: "compact" });
});

it("changes_are_saved_one_after_the_other", async () => {
  const { saves, change } = changing({ theme: "light" });
  await change({ theme: "dark" });
  await change({ theme: "system" });
  expect(saves.map((save) => save.preferences)).toEqual([
    expect.objectContaining({ theme: expect.any(String) as string }),
  ]);
  saves[0]?.answer({ status: "ok", data: null });
  await waitFor(() => expect(saves).toHaveLength(2));
  expect(saves[1]?.preferences).toEqual({ theme: "system" });
});
