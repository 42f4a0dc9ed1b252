/** Moves focus to the first field in `form` that shows a problem; tells whether there was one. */
export function focusFirstProblem(form: HTMLElement | null): boolean {
  const problem = form?.querySelector("[data-problem]");
  const field = problem?.closest("[data-pointer]");
  // Buttons may stand before what is wrong: they take away an entry, or choose where a secret comes from.
  const wrong = field?.querySelector<HTMLElement>(":is(input, textarea)[aria-invalid=true]");
  const input =
    wrong ?? field?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, button, [tabindex='0']");
  if (!input) return false;
  input.focus();
  // What is wrong with it stands beneath, which the focus alone does not bring into sight.
  // In the middle, where no head lies over its label.
  (wrong ?? input).scrollIntoView?.({ block: "center" });
  return true;
}
