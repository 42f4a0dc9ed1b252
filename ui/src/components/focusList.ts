type KeyPress = { key: string; target: EventTarget | null; preventDefault: () => void };

/** Goes from the field that filters a page's list on into that list, with the arrow that points there. */
export function focusList(event: KeyPress): void {
  if (event.key !== "ArrowDown" || !(event.target instanceof Element)) return;
  const list = (event.target.closest("main") ?? document).querySelector<HTMLElement>("[role=grid]");
  if (!list) return;
  event.preventDefault();
  list.focus();
}
