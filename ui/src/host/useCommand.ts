import {
  type QueryClient,
  type QueryKey,
  useMutation,
  type UseMutationOptions,
  type UseMutationResult,
} from "@tanstack/react-query";
import { sentence } from "@/lib/words";
import { type Answer, asProblem, call } from "./call";
import { showToast } from "./toasts";
import { useIsMounted } from "./useIsMounted";

/** The effects of a command. The mutation cache applies them (`queryClient.ts`), even if the view has unmounted. */
type Effects<Data, Variables> = {
  /** Updates the cache with the result. */
  update?: (client: QueryClient, data: Data, variables: Variables) => void;
  /** Message on success; `null` for none. */
  toast?: (data: Data, variables: Variables) => string | null;
  /** Undoes the command, by the button of the toast. */
  undo?: (data: Data, variables: Variables) => void;
  onProblem?: (client: QueryClient, thrown: Error, variables: Variables) => void;
  /** Invalidated on success. */
  invalidates?: readonly QueryKey[];
  /** Invalidated and awaited before the command counts as done. */
  refetches?: readonly QueryKey[];
};

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: Effects<never, never>;
  }
}

type Options<Data, Variables, Context> = Effects<Data, Variables> &
  Omit<UseMutationOptions<Data, Error, Variables, Context>, "meta"> & {
    /** What a toast says of a failure once the view is gone that would show it: `Connector not created`. */
    unseenFailure?: (variables: Variables) => string;
    /** The command itself; `mutationFn` is for one that takes several steps. */
    command?: (variables: Variables) => Promise<Answer<Data>>;
  };

/** The error of the command that was run last: those before it say nothing any more. */
export function lastError(...commands: { error: Error | null; submittedAt: number }[]): Error | null {
  const [last] = commands.sort((left, right) => right.submittedAt - left.submittedAt);
  return last?.error ?? null;
}

/** A host command with its effects. The caller shows its error, as long as it is there. */
export function useCommand<Data, Variables = void, Context = unknown>(
  options: Options<Data, Variables, Context>,
): UseMutationResult<Data, Error, Variables, Context> {
  const { command, update, toast, undo, onProblem, unseenFailure, invalidates, refetches, ...mutation } = options;
  const isMounted = useIsMounted();
  const tellFailure = (client: QueryClient, thrown: Error, variables: Variables) => {
    onProblem?.(client, thrown, variables);
    if (unseenFailure && !isMounted())
      showToast(client, `${unseenFailure(variables)}. ${sentence(asProblem(thrown).message)}`);
  };
  return useMutation({
    ...(command && { mutationFn: (variables: Variables) => call(command(variables)) }),
    ...mutation,
    meta: { update, toast, undo, onProblem: tellFailure, invalidates, refetches },
  });
}
