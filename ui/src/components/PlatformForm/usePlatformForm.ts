import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Form, type GivenSecret } from "@/host/bindings";
import { fromPointer, isWithin, toPointer, valueAt } from "@/lib/jsonPointer";
import { formSchema } from "@/lib/schema/formSchema";
import { initialArguments } from "@/lib/schema/initialArguments";
import { isChosenAway } from "@/lib/schema/isChosenAway";
import { isObject, type JsonObject, type Schema } from "@/lib/schema/schema";
import { schemaOf, validate, type ValueProblem } from "@/lib/schema/validate";
import { type SchemaFormHandle } from "../SchemaForm/schemaFormProps";
import { standingErrors } from "../SchemaForm/serverErrors";
import { useFieldProblems } from "../SchemaForm/useFieldProblems";
import { draftError, dropTypedSecrets, givenSecretOf, type SecretDraft } from "../secretDraft";

export type PlatformFormState = ReturnType<typeof usePlatformForm>;

/** Input to resume from, without the secrets, which `missing` names. */
export type PlatformFormDraft = { values: JsonObject; drafts: ReadonlyMap<string, SecretDraft>; missing: string[] };

/** The input that may outlive the form. */
export function draftOf({ values, drafts }: Pick<PlatformFormState, "values" | "drafts">): PlatformFormDraft {
  return { values, ...dropTypedSecrets(drafts) };
}

/** The input to a platform's form, its secrets apart from the values that may be shown, and its problems. */
export function usePlatformForm(form: Form, start?: Pick<PlatformFormDraft, "values" | "drafts">) {
  const [first] = useState<JsonObject>(() => ({
    ...initialArguments(schemaOf(form.schema)),
    ...(isObject(form.values) ? form.values : {}),
  }));
  const [values, setValues] = useState<JsonObject>(start?.values ?? first);
  const [drafts, setDrafts] = useState<ReadonlyMap<string, SecretDraft>>(start?.drafts ?? new Map());
  const [isReadable, setReadable] = useState(true);
  const [refusals, setRefusals] = useState(0);

  const drawn = useMemo(() => formSchema(schemaOf(form.schema)), [form]);
  const placed = useMemo(
    () => new Map([...drafts].filter(([pointer]) => hasPlace(drawn, values, pointer))),
    [drawn, values, drafts],
  );
  const found = useMemo(() => problemsOf(form, drawn, values, placed), [form, drawn, values, placed]);
  const { shown, touch, validateAll, setServerErrors } = useFieldProblems(found);

  const changeValues = useCallback(
    (next: JsonObject) => {
      setValues(next);
      setServerErrors((before) => standingErrors(before, values, next));
    },
    [values, setServerErrors],
  );
  const changeSecret = useCallback(
    (pointer: string, draft: SecretDraft) => {
      setDrafts((before) => new Map(before).set(pointer, draft));
      setServerErrors((before) => before.filter(({ path }) => !isWithin(pointer, path)));
    },
    [setServerErrors],
  );
  /** The secrets for the host, by JSON pointer. */
  const secrets = useCallback(() => Object.fromEntries(givenSecrets(placed)), [placed]);

  return {
    form,
    values,
    drafts,
    shown,
    changeValues,
    changeSecret,
    touch,
    /** Whether all input can be parsed; if not, the values are older than the input. */
    isReadable,
    setReadable,
    /** Shows every problem; returns whether there is none. */
    validateAll: () => {
      const isValid = validateAll() && isReadable;
      if (!isValid) setRefusals((before) => before + 1);
      return isValid;
    },
    /** How often `validateAll` found a problem. */
    refusals,
    setServerErrors,
    secrets,
    isChanged: JSON.stringify(values) !== JSON.stringify(first) || givenSecrets(placed).length > 0,
  };
}

/** The `ref` of a form, whose first problem gets the focus at each `validateAll` that found one, once it is shown. */
export function useRefusalFocus({ refusals }: PlatformFormState): RefObject<SchemaFormHandle | null> {
  const form = useRef<SchemaFormHandle>(null);
  useEffect(() => {
    if (refusals > 0) form.current?.focusProblem();
  }, [refusals]);
  return form;
}

/** The secrets that were entered. */
function givenSecrets(drafts: ReadonlyMap<string, SecretDraft>): (readonly [string, GivenSecret])[] {
  return [...drafts].flatMap(([pointer, draft]) => {
    const secret = givenSecretOf(draft);
    return secret ? [[pointer, secret] as const] : [];
  });
}

/** Whether a place is in the selected alternatives, and its parent exists or can be created. */
function hasPlace(drawn: Schema, values: JsonObject, pointer: string): boolean {
  const steps = fromPointer(pointer);
  const holder = valueAt(values, toPointer(steps.slice(0, -1)));
  return (holder === undefined || typeof holder === "object") && !isChosenAway(drawn, values, steps);
}

/** Validates the values as if the secrets were in their places. */
function problemsOf(
  form: Form,
  drawn: Schema,
  values: JsonObject,
  drafts: ReadonlyMap<string, SecretDraft>,
): ValueProblem[] {
  const secrets = new Map(givenSecrets(drafts));
  const filled = structuredClone(values) as Record<string, unknown>;
  for (const pointer of [...form.kept, ...secrets.keys()])
    if (hasPlace(drawn, values, pointer)) put(filled, fromPointer(pointer));
  const wrong = [...drafts].flatMap(([path, draft]) => {
    const message = draftError(draft);
    return message ? [{ path, message }] : [];
  });
  const others = validate(schemaOf(form.schema), filled).filter(
    (problem) => !secrets.has(problem.path) && !wrong.some((other) => other.path === problem.path),
  );
  return [...wrong, ...others];
}

/** Stands in for a secret during validation; long enough for any minimum length. */
const placeholder = "hidden secret";

function put(root: Record<string, unknown>, steps: string[]): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  let here: Record<string, unknown> = root;
  for (const step of steps.slice(0, -1)) {
    if (typeof here[step] !== "object" || here[step] === null) here[step] = {};
    here = here[step] as Record<string, unknown>;
  }
  here[last] ??= placeholder;
}
