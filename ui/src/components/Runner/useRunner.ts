import { useCallback, useEffect, useReducer, useRef } from "react";
import { type Json, type Problem } from "@/host/bindings";
import { type JsonObject } from "@/lib/schema/schema";
import { type EditMode } from "../FormOrJson";
import { type SchemaFormHandle } from "../SchemaForm/schemaFormProps";
import { beyondForm } from "../SchemaForm/serverErrors";
import { useArguments } from "../SchemaForm/useArguments";
import { useArgumentsDraft } from "../SchemaForm/useArgumentsDraft";
import { useShortcut } from "../shortcuts";

type State = {
  mode: EditMode;
  /** Whether the input can be parsed; switching modes would lose invalid input. */
  isReadable: boolean;
  confirmation: "none" | "open" | "closed";
  /** Names of secrets that the saved arguments lack. */
  missing: readonly string[];
  /** Incremented to focus the first problem. */
  problemFocuses: number;
  /** The last problem whose fields are shown in the form. */
  refusal: Problem | null;
};

type Action =
  | { type: "switch_mode" }
  | { type: "set_readable"; isReadable: boolean }
  | { type: "ask" }
  | { type: "close_confirmation" }
  | { type: "set_missing"; names: readonly string[] }
  | { type: "focus_problem" }
  | { type: "refuse"; problem: Problem };

function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "switch_mode":
      return state.isReadable ? { ...state, mode: state.mode === "form" ? "json" : "form" } : state;
    case "set_readable":
      return state.isReadable === action.isReadable ? state : { ...state, isReadable: action.isReadable };
    case "ask":
      return { ...state, confirmation: "open" };
    case "close_confirmation":
      return { ...state, confirmation: "closed" };
    case "set_missing":
      return { ...state, missing: action.names };
    case "focus_problem":
      return { ...state, problemFocuses: state.problemFocuses + 1 };
    case "refuse":
      return { ...state, problemFocuses: state.problemFocuses + 1, refusal: action.problem };
  }
}

type Options = {
  /** Key of the saved draft: the id of a connector or an account. */
  place: string;
  name: string;
  schema: Json;
  initialValues?: JsonObject;
  missing: readonly string[];
  isRunning: boolean;
  /** Whether to confirm before running. The host may also ask for it, by a problem. */
  needsConfirmation?: boolean;
  /** Validates the input beside the arguments. */
  validateOptions?: () => boolean;
  run: (values: JsonObject, confirmed: boolean) => Promise<Problem | null>;
};

export type Runner = ReturnType<typeof useRunner>;

/** Edits, validates, confirms and sends the arguments of a tool or a platform operation. */
export function useRunner({
  place,
  name,
  schema,
  initialValues,
  missing,
  isRunning,
  needsConfirmation = false,
  validateOptions = () => true,
  run,
}: Options) {
  const args = useArguments(schema, initialValues);
  const form = useRef<SchemaFormHandle>(null);
  const [state, dispatch] = useReducer(reduce, {
    mode: "form",
    isReadable: true,
    confirmation: "none",
    missing,
    problemFocuses: 0,
    refusal: null,
  });
  useArgumentsDraft(place, name, schema, args.value);
  // Stable, because fields call it in an effect.
  const setReadable = useCallback((isReadable: boolean) => dispatch({ type: "set_readable", isReadable }), []);
  const isConfirming = state.confirmation === "open";

  // Runs after the problem has rendered, so that there is something to focus.
  useEffect(() => {
    if (state.problemFocuses > 0) form.current?.focusProblem();
  }, [state.problemFocuses]);
  const validate = () => {
    const areOptionsValid = validateOptions();
    if (args.validateAll() && state.isReadable && areOptionsValid) return true;
    dispatch({ type: "focus_problem" });
    return false;
  };
  const follow = async (attempt: Promise<Problem | null>) => {
    const problem = await attempt;
    if (problem?.code === "confirmation_needed") dispatch({ type: "ask" });
    if (!problem || problem.fields.length === 0) return;
    args.setServerErrors(problem.fields);
    dispatch({ type: "refuse", problem });
  };
  const submit = (values?: JsonObject) => {
    if (isRunning || isConfirming || !(values || validate())) return;
    if (values) args.change(values);
    if (needsConfirmation) dispatch({ type: "ask" });
    else void follow(run(values ?? args.value, false));
  };
  return {
    args,
    form,
    mode: state.mode,
    isReadable: state.isReadable,
    missing: state.missing,
    isConfirming,
    /** Whether a confirmation was just closed, so that the focus has to move. */
    wasConfirming: state.confirmation === "closed",
    /** Runs with `values`, or with the input once it is valid; asks first where that is needed. */
    submit,
    confirm: () => {
      dispatch({ type: "close_confirmation" });
      void follow(run(args.value, true));
    },
    closeConfirmation: () => dispatch({ type: "close_confirmation" }),
    /** Sends the input in another way, such as a dry run. */
    send: (attempt: (values: JsonObject) => Promise<Problem | null>) => {
      if (!isRunning && validate()) void follow(attempt(args.value));
    },
    switchMode: () => dispatch({ type: "switch_mode" }),
    setReadable,
    setMissing: (names: readonly string[]) => dispatch({ type: "set_missing", names }),
    /** The problem without the parts that are shown at their fields. */
    beyondFields: (problem: Problem): Problem => {
      if (problem !== state.refusal) return problem;
      return state.mode === "json" ? { ...problem, fields: [] } : beyondForm(problem, schema);
    },
  };
}

/** Registers the editor's shortcuts. Call it after those that run it, to keep these first in the status bar. */
export function useRunnerKeys({ args, form, mode, switchMode }: Runner): void {
  useShortcut({ keys: "form.mode", inBar: true, run: switchMode });
  useShortcut(
    mode === "form" && args.shown.length > 0
      ? { keys: "form.nextProblem", inBar: true, run: () => form.current?.focusProblem() }
      : null,
  );
}
