import { asSchema, branches, isObject, isSame, type Schema } from "./schema";

/**
 * Whether a place is only in alternatives other than the selected one. Constants tell which one is selected; a place in
 * an alternative without any is never chosen away.
 */
export function isChosenAway(drawn: Schema, value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return false;
  const inner = asSchema(drawn.properties)[step] ?? drawn.items;
  if (isObject(inner)) return isChosenAway(inner, asSchema(value)[step], rest);
  const options = branches(drawn, "oneOf").filter((option) => isObject(asSchema(option.properties)[step]));
  const selected = options.filter((option) => isSelected(option, value));
  return options.length > 0 && selected.every((option) => isChosenAway(option, value, [step, ...rest]));
}

function isSelected(option: Schema, value: unknown): boolean {
  return Object.entries(asSchema(option.properties)).every(([name, property]) => {
    const own = asSchema(property);
    return !("const" in own) || isSame(own.const, asSchema(value)[name]);
  });
}
