import { useCallback, useEffect, useRef, useState } from "react";
import { type Json, type Problem } from "@/host/bindings";
import { type JsonObject } from "@/lib/schema/schema";
import { type EditMode } from "../FormOrJson";
import { type SchemaFormHandle } from "../SchemaForm/schemaFormProps";
import { useArguments } from "../SchemaForm/useArguments";
import { useArgumentsDraft } from "../SchemaForm/useArgumentsDraft";
import { useShortcut } from "../shortcuts";

type Options = {
  /** Key of the saved draft: the id of a connector or an account. */
  place: string;
  name: string;
  schema: Json;
  initialValues?: JsonObject;
  /** The visit of the page whose draft this is, where it begins with the arguments of a run. */
  visit?: string | null;
  missing: readonly string[];
  isRunning: boolean;
  /** Whether to confirm before running. The host may also ask for it, by a problem. */
  needsConfirmation?: boolean;
  /** Validates the input beside the arguments. */
  validateOptions?: () => boolean;
  run: (values: JsonObject, confirmed: boolean) => Promise<Problem | null>;
};

type Editing = { mode: EditMode; isReadable: boolean };

const otherMode = (mode: EditMode): EditMode => (mode === "form" ? "json" : "form");

export type Runner = ReturnType<typeof useRunner>;

/** Edits, validates, confirms and sends the arguments of a tool or a platform operation. */
export function useRunner({
  place,
  name,
  schema,
  initialValues,
  visit = null,
  missing,
  isRunning,
  needsConfirmation = false,
  validateOptions = () => true,
  run,
}: Options) {
  const args = useArguments(schema, initialValues);
  const form = useRef<SchemaFormHandle>(null);
  // One state, because switching modes would lose input that cannot be parsed.
  const [{ mode, isReadable }, setEditing] = useState<Editing>({ mode: "form", isReadable: true });
  // Stable, because fields call it in an effect.
  const setReadable = useCallback(
    (isReadable: boolean) => setEditing((now) => (now.isReadable === isReadable ? now : { ...now, isReadable })),
    [],
  );
  const [confirmation, setConfirmation] = useState<"none" | "open" | "closed">("none");
  const [missingNames, setMissing] = useState(missing);
  const [problemFocuses, setProblemFocuses] = useState(0);
  /** The last problem whose fields are shown in the editor. */
  const [refusal, setRefusal] = useState<Problem | null>(null);
  useArgumentsDraft(place, name, schema, args.value, visit);
  const isConfirming = confirmation === "open";

  // Runs after the problem has rendered, so that there is something to focus.
  useEffect(() => {
    if (problemFocuses > 0) form.current?.focusProblem();
  }, [problemFocuses]);
  const focusProblem = () => setProblemFocuses((count) => count + 1);
  const validate = () => {
    const areOptionsValid = validateOptions();
    if (args.validateAll() && isReadable && areOptionsValid) return true;
    focusProblem();
    return false;
  };
  const follow = async (attempt: Promise<Problem | null>) => {
    const problem = await attempt;
    if (problem?.code === "confirmation_needed") setConfirmation("open");
    if (!problem || problem.fields.length === 0) return;
    args.setServerErrors(problem.fields);
    setRefusal(problem);
    focusProblem();
  };
  const submit = (values?: JsonObject) => {
    if (isRunning || isConfirming || !(values || validate())) return;
    if (values) args.change(values);
    if (needsConfirmation) setConfirmation("open");
    else void follow(run(values ?? args.value, false));
  };
  // The parts of the latest render, for a retry that comes later; none once the form is gone.
  const latest = useRef<{ value: JsonObject; submit: () => void } | null>(null);
  useEffect(() => {
    latest.current = { value: args.value, submit };
    return () => {
      latest.current = null;
    };
  });
  const closeConfirmation = () => setConfirmation("closed");
  return {
    args,
    form,
    mode,
    isReadable,
    /** Names of secrets that the saved arguments lack. */
    missing: missingNames,
    isConfirming,
    /** Whether a confirmation was just closed, so that the focus has to move. */
    wasConfirming: confirmation === "closed",
    /** Runs with `values`, or with the input once it is valid; asks first where that is needed. */
    submit,
    /** Submits, also some time later, unless the form was changed or left since. */
    retry: () => {
      if (latest.current?.value === args.value) latest.current.submit();
    },
    confirm: () => {
      closeConfirmation();
      void follow(run(args.value, true));
    },
    closeConfirmation,
    /** Sends the input in another way, such as a dry run. */
    send: (attempt: (values: JsonObject) => Promise<Problem | null>) => {
      if (!isRunning && validate()) void follow(attempt(args.value));
    },
    switchMode: () => setEditing((now) => (now.isReadable ? { ...now, mode: otherMode(now.mode) } : now)),
    setReadable,
    setMissing,
    /** The problem without the parts that are shown at their fields. */
    beyondFields: (problem: Problem): Problem => (problem === refusal ? { ...problem, fields: [] } : problem),
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
