import { commands, type FieldProblem, type QuestionAnswer, type QuestionId } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { keys } from "@/host/queries";
import { lastError, useCommand } from "@/host/useCommand";
import { type JsonObject } from "@/lib/schema/schema";

export type Answering = ReturnType<typeof useAnswer>;

/** The ways to answer one question of a server. */
export function useAnswer(id: QuestionId) {
  // A question that is no longer open disappears with the list.
  const answer = useCommand({
    mutationFn: (given: QuestionAnswer) => call(commands.answerQuestion(id, given)),
    invalidates: [keys.questions],
  });
  const open = useCommand({ mutationFn: () => call(commands.openQuestionPage(id)) });
  const error = lastError(open, answer);
  return {
    /** Sends values; `onInvalid` gets the fields that the host rejects. */
    send: (values: JsonObject, onInvalid: (fields: readonly FieldProblem[]) => void) =>
      answer.mutate({ kind: "accept", values }, { onError: (error) => onInvalid(asProblem(error).fields) }),
    decline: () => answer.mutate({ kind: "decline" }),
    /** Declines this and all further questions of the same run, prompt or resource. */
    declineAll: () => answer.mutate({ kind: "decline_all" }),
    /** Neither accepts nor declines. */
    cancel: () => answer.mutate({ kind: "cancel" }),
    /** Opens the page of the question; then tells the server so, unless the answer has to wait for the user. */
    openPage: (awaitsDone: boolean) =>
      open.mutate(undefined, {
        onSuccess: () => {
          if (!awaitsDone) answer.mutate({ kind: "accept", values: {} });
        },
      }),
    isPageOpened: open.isSuccess,
    /** Tells the server that the user is done on the page. */
    finishPage: () => answer.mutate({ kind: "accept", values: {} }),
    isPending: answer.isPending || open.isPending,
    /** Whether an answer was given, also if the server has not got it yet. */
    isAnswered: answer.isPending || answer.isSuccess,
    problem: error && asProblem(error),
  };
}
