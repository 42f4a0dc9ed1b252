/** Focuses the first field with a problem, or else the problem of the whole form; returns whether there was one. */
export function focusFirstProblem(form: HTMLElement | null): boolean {
  const field = form?.querySelector("[data-pointer] [data-problem]")?.closest("[data-pointer]");
  // Buttons may precede the invalid input, to remove an item or to select the source of a secret.
  const wrong = field?.querySelector<HTMLElement>(":is(input, textarea)[aria-invalid=true]");
  const input =
    wrong ??
    field?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, button, [tabindex='0']") ??
    form?.querySelector<HTMLElement>("[data-problem][tabindex]");
  if (!input) return false;
  input.focus();
  // Brings the message below the input into view, and keeps sticky headers off its label.
  (wrong ?? input).scrollIntoView?.({ block: "center" });
  return true;
}
