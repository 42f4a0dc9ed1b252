import { useCallback, useMemo, useState } from "react";
import { type FieldProblem } from "@/host/bindings";
import { type ValueProblem } from "@/lib/schema/validate";

/**
 * The problems of a form in the order of the schema, and those to show: at fields that were left, all after an attempt
 * to send. A problem found by the host stays until the value at its place changes.
 */
export function useFieldProblems(found: readonly ValueProblem[]) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const [serverErrors, setServerErrors] = useState<readonly FieldProblem[]>([]);

  const problems = useMemo(
    () => [...serverErrors, ...found.filter((problem) => !serverErrors.some((other) => other.path === problem.path))],
    [serverErrors, found],
  );
  const shown = useMemo(
    () =>
      showsAll ? problems : problems.filter((problem) => touched.has(problem.path) || serverErrors.includes(problem)),
    [problems, showsAll, touched, serverErrors],
  );
  /** Marks a field as left: from now on its problem is shown. */
  const touch = useCallback(
    (pointer: string) => setTouched((before) => (before.has(pointer) ? before : new Set(before).add(pointer))),
    [],
  );
  /** Shows every problem; returns whether there is none. */
  const validateAll = useCallback(() => {
    setShowsAll(true);
    return found.length === 0;
  }, [found]);

  return { problems, shown, touch, setTouched, validateAll, setServerErrors };
}
