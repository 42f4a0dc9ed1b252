import { useCallback, useMemo, useState } from "react";
import { type Json } from "@/host/bindings";
import { fromPointer } from "@/lib/jsonPointer";
import { initialArguments } from "@/lib/schema/initialArguments";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf, validate } from "@/lib/schema/validate";
import { standingErrors } from "./serverErrors";
import { useFieldProblems } from "./useFieldProblems";

/** Arguments being edited, by form or as JSON, and their problems. */
export function useArguments(schema: Json, start?: JsonObject) {
  const [value, setValue] = useState<JsonObject>(() => start ?? initialArguments(schemaOf(schema)));
  const found = useMemo(() => validate(schemaOf(schema), value), [schema, value]);
  const { problems, shown, touch, setTouched, validateAll, setServerErrors } = useFieldProblems(found);
  const change = useCallback(
    (next: JsonObject) => {
      setValue(next);
      // A removed item's successor has not been touched yet.
      setTouched((before) => new Set([...before].filter((pointer) => !isGone(pointer, next))));
      setServerErrors((before) => standingErrors(before, value, next));
    },
    [value, setTouched, setServerErrors],
  );

  return { value, change, problems, shown, touch, validateAll, setServerErrors };
}

/** Whether a pointer refers to a list item that no longer exists. */
function isGone(pointer: string, value: JsonObject): boolean {
  let at: unknown = value;
  return fromPointer(pointer).some((step) => {
    const list = Array.isArray(at) ? at : null;
    at = list ? list[Number(step)] : isObject(at) ? at[step] : undefined;
    return list !== null && Number(step) >= list.length;
  });
}
