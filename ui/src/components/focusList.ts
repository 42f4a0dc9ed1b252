type KeyPress = { key: string; target: EventTarget | null; preventDefault: () => void };

/** On ArrowDown, moves the focus from a filter field into its list. */
export function focusList(event: KeyPress): void {
  if (event.key !== "ArrowDown" || !(event.target instanceof Element)) return;
  const list = (event.target.closest("main") ?? document).querySelector<HTMLElement>("[role=grid]");
  if (!list) return;
  event.preventDefault();
  list.focus();
}
