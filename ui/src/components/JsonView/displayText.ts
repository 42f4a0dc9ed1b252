/** Maximum length of a displayed string. Copying includes all of it. */
const maxLength = 2000;

/** Returns a string as JSON without quotes, and a note on how much is cut. */
export function displayText(value: string): { text: string; left: string } {
  const text = JSON.stringify(value.length > maxLength ? value.slice(0, maxLength) : value).slice(1, -1);
  return { text, left: value.length > maxLength ? ` … ${value.length - maxLength} more characters` : "" };
}
