import { useCallback, useMemo, useState } from "react";
import { type FieldProblem, type Json } from "@/host/bindings";
import { initialArguments } from "@/lib/schema/initialArguments";
import { type JsonObject } from "@/lib/schema/schema";
import { schemaOf, validate, type ValueProblem } from "@/lib/schema/validate";

/** The arguments being edited, whichever way, and what is wrong with them. */
export type Arguments = {
  value: JsonObject;
  change: (value: JsonObject) => void;
  /** Every problem there is, in the order of the schema. */
  problems: readonly ValueProblem[];
  /** Those at fields that were left, all after a try to run. */
  shown: readonly ValueProblem[];
  /** A field was left: its problem is shown from now on. */
  leave: (pointer: string) => void;
  /** Shows every problem; tells whether there is none. */
  attempt: () => boolean;
  /** Puts what the host found at its fields; it stands until the value changes. */
  blame: (fields: readonly FieldProblem[]) => void;
};

/** Keeps arguments apart from their text or inputs, so that no way of editing changes what the other holds. */
export function useArguments(schema: Json, start?: JsonObject): Arguments {
  const [value, setValue] = useState<JsonObject>(() => start ?? initialArguments(schemaOf(schema)));
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [blamed, setBlamed] = useState<readonly FieldProblem[]>([]);

  const found = useMemo(() => validate(schemaOf(schema), value), [schema, value]);
  const problems = useMemo(() => [...blamed, ...found.filter((problem) => !blamed.some((other) => other.path === problem.path))], [blamed, found]);
  const shown = useMemo(
    () => (tried ? problems : problems.filter((problem) => left.has(problem.path) || blamed.includes(problem))),
    [problems, tried, left, blamed],
  );

  const change = useCallback((next: JsonObject) => {
    setValue(next);
    setBlamed((before) => (before.length === 0 ? before : []));
  }, []);
  const leave = useCallback((pointer: string) => setLeft((before) => (before.has(pointer) ? before : new Set(before).add(pointer))), []);
  const attempt = useCallback(() => {
    setTried(true);
    return found.length === 0;
  }, [found]);
  const blame = useCallback((fields: readonly FieldProblem[]) => setBlamed(fields), []);

  return { value, change, problems, shown, leave, attempt, blame };
}
