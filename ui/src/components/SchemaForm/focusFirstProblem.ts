/** Moves focus to the first field in `form` that shows a problem; tells whether there was one. */
export function focusFirstProblem(form: HTMLElement | null): boolean {
  const problem = form?.querySelector("[data-problem]");
  const field = problem?.closest("[data-pointer]");
  const input = field?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, button, [tabindex='0']");
  if (!input) return false;
  input.focus();
  input.scrollIntoView?.({ block: "nearest" });
  return true;
}
