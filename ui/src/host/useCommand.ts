import {
  type QueryClient,
  type QueryKey,
  useMutation,
  type UseMutationOptions,
  type UseMutationResult,
} from "@tanstack/react-query";

/**
 * What follows a command. The mutation cache sees to it (`queryClient.ts`), once for all commands and whether or
 * not the view that gave the command is still there.
 */
type Effects<Data, Variables> = {
  /** Puts the answer where it belongs, at once. */
  update?: (client: QueryClient, data: Data, variables: Variables) => void;
  /** Said when it is done; `null` for nothing. */
  toast?: (data: Data, variables: Variables) => string | null;
  /** Takes it back, by the button of the toast. */
  undo?: (data: Data, variables: Variables) => void;
  onProblem?: (client: QueryClient, thrown: Error, variables: Variables) => void;
  /** Read again afterwards. */
  invalidates?: readonly QueryKey[];
  /** Read again before the command is over: what follows wants to see it. */
  refetches?: readonly QueryKey[];
};

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: Effects<never, never>;
  }
}

type Options<Data, Variables, Context> = Effects<Data, Variables> &
  Omit<UseMutationOptions<Data, Error, Variables, Context>, "meta">;

/** A command of the host, and what follows it. Its failure is shown where the command was given. */
export function useCommand<Data, Variables = void, Context = unknown>(
  options: Options<Data, Variables, Context>,
): UseMutationResult<Data, Error, Variables, Context> {
  const { update, toast, undo, onProblem, invalidates, refetches, ...mutation } = options;
  return useMutation({ ...mutation, meta: { update, toast, undo, onProblem, invalidates, refetches } });
}
