/**
 * Numbers in JSON text that JavaScript would change. A tool's 64-bit id must not lose digits, so such a number is
 * rejected with a message.
 */

/** Whether `text` is a JSON number. */
export function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/** Whether `text` is a number as people type it: also with a plus sign, leading zeros, or a point at either end. */
export function isTypedNumber(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
}

/** Whether JavaScript represents the number exactly. Up to 15 digits always are. */
export function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const digits = significantDigits(text);
  return digits.length <= 15 || significantDigits(toPlainDigits(value)) === digits;
}

/** Why a number cannot be sent exactly; `undefined` if it can. */
export function inexactNumber(text: string): string | undefined {
  const trimmed = text.trim();
  if (!isTypedNumber(trimmed) || isExact(trimmed)) return undefined;
  return `${trimmed} has too many digits to send exactly`;
}

/**
 * Whether a number of the host may differ from the one that the host has: integers of 64 bits lose digits when JSON is
 * parsed. Longer decimals are taken to be doubles anyway.
 */
export function mayBeRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** Digits without sign, point, exponent, and leading or trailing zeros. */
function significantDigits(text: string): string {
  return text
    .replace(/[eE].*$/, "")
    .replace(/[-+.]/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
}

function toPlainDigits(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e300 ? BigInt(value).toString() : String(value);
}
