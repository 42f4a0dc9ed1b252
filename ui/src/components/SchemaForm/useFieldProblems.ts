import { useCallback, useMemo, useState } from "react";
import { type FieldProblem } from "@/host/bindings";
import { type ValueProblem } from "@/lib/schema/validate";

/** The problems of a form, found here and by the host, and those of them to show now. */
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
  const touch = useCallback(
    (pointer: string) => setTouched((before) => (before.has(pointer) ? before : new Set(before).add(pointer))),
    [],
  );
  const validateAll = useCallback(() => {
    setShowsAll(true);
    return found.length === 0;
  }, [found]);

  return { problems, shown, touch, setTouched, validateAll, setServerErrors };
}
