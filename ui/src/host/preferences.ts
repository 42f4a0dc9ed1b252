import { commands, type Preferences } from "./bindings";
import { call } from "./call";
import { queries } from "./queries";
import { useCommand } from "./useCommand";

const { queryKey } = queries.preferences();

/** Saves changes to preferences, optimistically. */
export function useChangePreferences() {
  return useCommand({
    mutationFn: (changes: Preferences, { client }) =>
      call(commands.savePreferences({ ...client.getQueryData(queryKey), ...changes })),
    onMutate: (changes, { client }) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, { ...before, ...changes });
      return { before };
    },
    onError: (_problem, _changes, saved, { client }) => {
      if (saved) client.setQueryData(queryKey, saved.before);
    },
  });
}
