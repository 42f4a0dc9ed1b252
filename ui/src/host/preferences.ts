import { useMutation, useQueryClient } from "@tanstack/react-query";
import { commands, type Preferences } from "./bindings";
import { call } from "./call";
import { queries } from "./queries";

/** Changes some preferences at once and keeps them. */
export function useChangePreferences() {
  const client = useQueryClient();
  const { queryKey } = queries.preferences();
  return useMutation({
    mutationFn: (changes: Preferences) => call(commands.savePreferences({ ...client.getQueryData(queryKey), ...changes })),
    onMutate: (changes) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, { ...before, ...changes });
      return { before };
    },
    onError: (_problem, _changes, current) => {
      if (current) client.setQueryData(queryKey, current.before);
    },
  });
}
