import { useCallback, useMemo, useState } from "react";
import { type FieldProblem, type Json } from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";
import { initialArguments } from "@/lib/schema/initialArguments";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf, validate, type ValueProblem } from "@/lib/schema/validate";
import { standingErrors } from "./serverErrors";

/** The arguments being edited, whichever way, and what is wrong with them. */
export type Arguments = {
  value: JsonObject;
  change: (value: JsonObject) => void;
  /** Every problem there is, in the order of the schema. */
  problems: readonly ValueProblem[];
  /** Those at fields that were left, all after a try to run. */
  shown: readonly ValueProblem[];
  /** A field was left: its problem is shown from now on. */
  touch: (pointer: string) => void;
  /** Shows every problem; tells whether there is none. */
  validateAll: () => boolean;
  /** Puts what the host found at its fields; each stands until what is at its place changes. */
  setServerErrors: (fields: readonly FieldProblem[]) => void;
};

/** Keeps arguments apart from their text or inputs, so that no way of editing changes what the other holds. */
export function useArguments(schema: Json, start?: JsonObject): Arguments {
  const [value, setValue] = useState<JsonObject>(() => start ?? initialArguments(schemaOf(schema)));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const [serverErrors, setErrors] = useState<readonly FieldProblem[]>([]);

  const found = useMemo(() => validate(schemaOf(schema), value), [schema, value]);
  const problems = useMemo(
    () => [...serverErrors, ...found.filter((problem) => !serverErrors.some((other) => other.path === problem.path))],
    [serverErrors, found],
  );
  const shown = useMemo(
    () =>
      showsAll ? problems : problems.filter((problem) => touched.has(problem.path) || serverErrors.includes(problem)),
    [problems, showsAll, touched, serverErrors],
  );

  const change = useCallback(
    (next: JsonObject) => {
      setValue(next);
      // An entry that takes the place of one that was removed was not left yet.
      setTouched((before) => new Set([...before].filter((pointer) => !isGone(pointer, next))));
      setErrors((before) => standingErrors(before, value, next));
    },
    [value],
  );
  const touch = useCallback(
    (pointer: string) => setTouched((before) => (before.has(pointer) ? before : new Set(before).add(pointer))),
    [],
  );
  const validateAll = useCallback(() => {
    setShowsAll(true);
    return found.length === 0;
  }, [found]);

  return { value, change, problems, shown, touch, validateAll, setServerErrors: setErrors };
}

/** Whether a place is in an entry that its list no longer has. */
function isGone(pointer: string, value: JsonObject): boolean {
  let at: unknown = value;
  return fromPointer(pointer).some((step) => {
    const list = Array.isArray(at) ? at : null;
    at = list ? list[Number(step)] : isObject(at) ? at[step] : undefined;
    return list !== null && Number(step) >= list.length;
  });
}
