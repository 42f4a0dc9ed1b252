/**
 * Numbers in JSON text that JavaScript would change. A tool's 64-bit id must not lose its last digits
 * on the way, so such a number is refused with words instead of being sent rounded.
 */

/** Whether `text` is a number as JSON writes it. */
export function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/** Whether JavaScript holds exactly the number that `text` names, up to the 15 digits every double has. */
export function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const digits = significantDigits(text);
  return digits.length <= 15 || significantDigits(toPlainDigits(value)) === digits;
}

/** Why the number in `text` cannot be sent as it is, or `undefined` when it can. */
export function inexactNumber(text: string): string | undefined {
  const trimmed = text.trim();
  if (!isJsonNumber(trimmed) || isExact(trimmed)) return undefined;
  return `${trimmed} has too many digits to send exactly`;
}

/** The digits that carry a value: no sign, point, exponent, nor zeros at either end. */
function significantDigits(text: string): string {
  return text
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
}

function toPlainDigits(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e300 ? BigInt(value).toString() : String(value);
}
