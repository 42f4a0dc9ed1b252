import { commands, type FieldProblem, type Problem, type QuestionAnswer, type QuestionId } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { keys } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { type JsonObject } from "@/lib/schema/schema";

/** Every way to answer one question of a server. */
export type Answering = {
  /** Sends values; `refused` hears of fields that the host found wrong. */
  send: (values: JsonObject, refused: (fields: readonly FieldProblem[]) => void) => void;
  decline: () => void;
  /** Says nothing: neither yes nor no. */
  cancel: () => void;
  /** Opens the page of the question, and tells the server that it was opened. */
  openPage: () => void;
  isPending: boolean;
  problem: Problem | undefined;
};

export function useAnswer(id: QuestionId): Answering {
  // A question that is no longer open disappears with the invalidated list.
  const answer = useCommand({
    mutationFn: (given: QuestionAnswer) => call(commands.answerQuestion(id, given)),
    invalidates: [keys.questions],
  });
  const open = useCommand({ mutationFn: () => call(commands.openQuestionPage(id)) });
  const thrown = open.error ?? answer.error;
  return {
    send: (values, refused) =>
      answer.mutate({ kind: "accept", values }, { onError: (error) => refused(asProblem(error).fields) }),
    decline: () => answer.mutate({ kind: "decline" }),
    cancel: () => answer.mutate({ kind: "cancel" }),
    openPage: () => open.mutate(undefined, { onSuccess: () => answer.mutate({ kind: "accept", values: {} }) }),
    isPending: answer.isPending || open.isPending,
    problem: thrown ? asProblem(thrown) : undefined,
  };
}
