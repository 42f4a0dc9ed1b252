import { sentence } from "@/lib/words";
import { commands, type Preferences } from "./bindings";
import { asProblem, call } from "./call";
import { queries } from "./queries";
import { showToast } from "./toasts";
import { useCommand } from "./useCommand";

const { queryKey } = queries.preferences();

/** Saves changes to preferences, optimistically. A toast tells a failure where the caller doesn't show it. */
export function useChangePreferences({ showsError = false } = {}) {
  return useCommand({
    // One after the other, so that an earlier change never overwrites a later one.
    scope: { id: "preferences" },
    mutationFn: (changes: Preferences, { client }) =>
      call(commands.savePreferences({ ...client.getQueryData(queryKey), ...changes })),
    onMutate: (changes, { client }) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, { ...before, ...changes });
      return before ?? {};
    },
    onError: (_problem, changes, before, { client }) => {
      if (before) client.setQueryData(queryKey, (now) => now && undo(now, changes, before));
    },
    onProblem: (client, thrown) => {
      if (!showsError) showToast(client, `Setting not saved. ${sentence(asProblem(thrown).message)}`);
    },
  });
}

/** The preferences without these changes. What was changed again since stays. */
function undo(now: Preferences, changes: Preferences, before: Preferences): Preferences {
  const names = Object.keys(changes) as (keyof Preferences)[];
  const undone = names.filter((name) => now[name] === changes[name]);
  return undone.reduce((after, name) => ({ ...after, [name]: before[name] }), now);
}
