/** Handles clicks but not the second of a double click, whose button may have come where another one was. */
export function singleClick(act: () => void): (event: { detail: number }) => void {
  return ({ detail }) => {
    if (detail < 2) act();
  };
}
