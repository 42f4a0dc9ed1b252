/** Default width of a tool's form, in percent. */
export const usualFormPercent = 40;

/** Converts rem to pixels at the current text zoom. */
export function rem(length: number): number {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return length * (Number.isFinite(size) && size > 0 ? size : 16);
}
