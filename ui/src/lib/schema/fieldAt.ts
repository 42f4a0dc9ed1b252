import { fromPointer, toPointer } from "../jsonPointer";
import { factsOf } from "./formSchema";
import { asSchema, branches, isObject, type Schema } from "./schema";

/**
 * The JSON pointer of the form field that edits a place: the place itself, or a parent that is edited as a whole; the
 * root if there is none.
 */
export function fieldAt(drawn: Schema, pointer: string): string {
  const steps = fromPointer(pointer);
  return toPointer(steps.slice(0, depthOf(drawn, steps)));
}

/** The number of steps that lead to fields of their own. */
function depthOf(drawn: Schema, [step, ...rest]: readonly string[]): number {
  if (step === undefined) return 0;
  const { field } = factsOf(drawn);
  if (field === "map") return 1;
  const inner =
    field === "rows"
      ? [drawn.items]
      : [drawn, ...branches(drawn, "allOf")]
          .flatMap((part) => [part, part.then, part.else])
          .map((part) => asSchema(asSchema(part).properties)[step]);
  const depths = [
    ...inner.filter(isObject).map((own) => 1 + depthOf(own, rest)),
    ...branches(drawn, "oneOf").map((option) => depthOf(option, [step, ...rest])),
  ];
  return Math.max(0, ...depths);
}
