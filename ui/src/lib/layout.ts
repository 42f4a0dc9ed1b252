/** The default width of a tool's form beside its result, in percent. */
export const usualFormPercent = 40;

/** Pixels of a length in rem, with the text zoom of now. */
export function rem(length: number): number {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return length * (Number.isFinite(size) && size > 0 ? size : 16);
}
