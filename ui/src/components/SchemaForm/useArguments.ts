import { useCallback, useMemo, useState } from "react";
import { type FieldProblem, type Json } from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";
import { initialArguments } from "@/lib/schema/initialArguments";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf, validate, type ValueProblem } from "@/lib/schema/validate";
import { standingErrors } from "./serverErrors";
import { useFieldProblems } from "./useFieldProblems";

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
  const found = useMemo(() => validate(schemaOf(schema), value), [schema, value]);
  const { problems, shown, touch, setTouched, validateAll, setServerErrors } = useFieldProblems(found);
  const change = useCallback(
    (next: JsonObject) => {
      setValue(next);
      // An entry that takes the place of one that was removed was not left yet.
      setTouched((before) => new Set([...before].filter((pointer) => !isGone(pointer, next))));
      setServerErrors((before) => standingErrors(before, value, next));
    },
    [value, setTouched, setServerErrors],
  );

  return { value, change, problems, shown, touch, validateAll, setServerErrors };
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
