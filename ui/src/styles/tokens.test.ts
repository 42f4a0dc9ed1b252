import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/styles/tokens.css", "utf8");

type Color = readonly [red: number, green: number, blue: number];

/** The declarations of a rule, by property. */
function rule(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(start, css.indexOf("\n}", start));
  const declarations = [...body.matchAll(/--color-([\w-]+):\s*([^;]+);/g)];
  return Object.fromEntries(declarations.map(([, name = "", value = ""]) => [name, value] as const));
}

const light = rule(":root");
const dark = { ...light, ...rule(':root[data-theme="dark"]') };
const more = rule(':root[data-contrast="more"]');
const themes = {
  light,
  dark,
  "light, high contrast": { ...light, ...more },
  "dark, high contrast": { ...dark, ...more, ...rule(':root[data-theme="dark"][data-contrast="more"]') },
};

function parse(value: string | undefined): { color: Color; alpha: number } {
  const hex = /^#(..)(..)(..)$/.exec(value ?? "");
  if (hex) return { color: hex.slice(1).map((part) => Number.parseInt(part, 16)) as unknown as Color, alpha: 1 };
  const [red, green, blue, alpha] = [...(value ?? "").matchAll(/[\d.]+/g)].map(Number);
  return { color: [red, green, blue] as Color, alpha: alpha ?? 1 };
}

function luminance(color: Color): number {
  const [red, green, blue] = color
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as unknown as Color;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const surfaces = ["canvas", "sidebar", "sunken", "raised", "selected"];
const tones = ["ok", "warn", "bad", "busy", "off"];

/** What is written or drawn on what, and the contrast that WCAG AA wants. */
const pairs: [fronts: string[], backs: string[], least: number][] = [
  [["text", "text-2", "text-3", "accent-text", ...tones.map((tone) => `${tone}-text`)], surfaces, 4.5],
  [["text", "text-2"], tones.map((tone) => `${tone}-wash`), 4.5],
  ...tones.map((tone): (typeof pairs)[number] => [[`${tone}-text`], [`${tone}-wash`], 4.5]),
  [["text", "text-2"], ["sidebar hover", "sidebar pressed"], 4.5],
  [["on-accent"], ["accent", "accent-hover", "accent-pressed"], 4.5],
  [["on-danger"], ["danger", "danger-hover"], 4.5],
  [["on-tile"], ["tile"], 4.5],
  [["code-key", "code-string", "code-number", "code-keyword", "code-secret"], ["canvas", "sunken"], 4.5],
  [["text", "text-2"], ["diff-add", "diff-del"], 4.5],
  [["focus"], surfaces, 3],
  [["field-line"], ["canvas", "raised"], 3],
];

describe.each(Object.entries(themes))("%s", (_name, theme: Record<string, string>) => {
  /** A surface, with what is drawn over it: `sidebar hover`. */
  const surface = (names: string): Color => {
    const [base = "", over] = names.split(" ");
    const { color } = parse(theme[base]);
    if (over === undefined) return color;
    const wash = parse(theme[over]);
    return color.map((part, at) => part * (1 - wash.alpha) + (wash.color[at] ?? 0) * wash.alpha) as unknown as Color;
  };
  it.each(pairs)("%j on %j have a contrast of %d at least", (fronts, backs, least) => {
    const low = fronts.flatMap((front) =>
      backs.flatMap((back) => {
        const [bright = 0, dim = 0] = [parse(theme[front]).color, surface(back)].map(luminance).sort((a, b) => b - a);
        const contrast = (bright + 0.05) / (dim + 0.05);
        return contrast >= least ? [] : [`${front} on ${back}: ${contrast.toFixed(2)}`];
      }),
    );
    expect(low).toEqual([]);
  });
});
