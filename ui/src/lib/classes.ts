import { joinTexts } from "./words";

/** Joins class names; falsy ones are left out. */
export function classes(...names: (string | false | null | undefined)[]): string {
  return joinTexts(" ", ...names);
}
