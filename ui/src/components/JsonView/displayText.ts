/** A string longer than this is cut for show; copying gives all of it. */
const longest = 2000;

/** A string as JSON writes it, without its quotes, and how much of it is left out. */
export function displayText(value: string): { text: string; left: string } {
  const text = JSON.stringify(value.length > longest ? value.slice(0, longest) : value).slice(1, -1);
  return { text, left: value.length > longest ? ` … ${value.length - longest} more characters` : "" };
}
