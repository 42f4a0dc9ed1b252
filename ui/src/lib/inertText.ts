/**
 * Text of other parties, shown as it came with nothing in it that acts or hides.
 *
 * The same rule as in `patchbay-model` (`inert.rs`); `inert_cases.json` there is the test of both.
 */

/* eslint-disable no-control-regex, no-misleading-character-class -- control and joining characters are named one by one */

const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u;

/**
 * Unicode 16, `Default_Ignorable_Code_Point` and `Bidi_Control`; line and paragraph separators; the blank Braille
 * pattern.
 */
export const invisible =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;

const suspect = new RegExp(`${control.source}|${invisible.source}`, "u");

/** Scripts that join letters with invisible characters: Arabic to Sinhala, and Khmer. */
const joiningLetter = /[\u0600-\u0dff\u1780-\u17ff]/u;

const picture = /[\u00a9\u00ae\u203c\u2049\u2122-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299\u{1f000}-\u{1faff}]/u;

const braille = /[\u2801-\u28ff]/;

const joinedFrom = /[\ufe0f\u{1f3fb}-\u{1f3ff}]/u;

/* eslint-enable no-control-regex, no-misleading-character-class */

/** Number of consecutive hidden characters that are named; only the number of further ones is shown. */
const namedInARow = 8;

/** Replaces control characters by `�` and hidden ones by their name, such as `<U+202E>`. Line breaks and tabs stay. */
export function inertText(text: string): string {
  if (!suspect.test(text)) return text;
  const signs = [...text.replaceAll("\r\n", "\n")];
  let shown = "";
  let last: string | undefined;
  let hidden = 0;
  const closeRow = () => {
    if (hidden > namedInARow) shown += `<${hidden - namedInARow} more hidden>`;
    hidden = 0;
  };
  for (const [place, sign] of signs.entries()) {
    if (invisible.test(sign) && !isNeeded(last, sign, signs[place + 1])) {
      last = undefined;
      hidden += 1;
      if (hidden <= namedInARow)
        shown += `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
      continue;
    }
    closeRow();
    last = control.test(sign) ? "�" : sign;
    shown += last;
  }
  closeRow();
  return shown;
}

/** Whether an invisible character is needed at its place by a script or an emoji. */
function isNeeded(before: string | undefined, sign: string, after: string | undefined): boolean {
  if (before === undefined) return false;
  const joins = isJoiningLetter(before) && after !== undefined && isJoiningLetter(after);
  switch (sign) {
    case "\u200c":
      return joins;
    case "\u200d":
      return joins || ((picture.test(before) || joinedFrom.test(before)) && after !== undefined && picture.test(after));
    case "\ufe0e":
    case "\ufe0f":
      return picture.test(before) || (/[0-9#*]/.test(before) && after === "\u20e3");
    case "\u2800":
      return braille.test(before) && after !== undefined && braille.test(after);
    default:
      return false;
  }
}

function isJoiningLetter(sign: string): boolean {
  return joiningLetter.test(sign) && !invisible.test(sign);
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Whether the text contains right-to-left letters, which could reorder the text around it. */
export function turnsDirection(text: string): boolean {
  return rightToLeft.test(text);
}
