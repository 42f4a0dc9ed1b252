import { glyphs } from "./glyphs";
import styles from "./Badge.module.css";

export type GlyphName = keyof typeof glyphs;
export type Tone = "ok" | "warn" | "bad" | "busy" | "off";

const tones: Record<GlyphName, Tone> = {
  ready: "ok",
  signin: "warn",
  authorizing: "busy",
  disconnected: "off",
  disabled: "off",
  failing: "bad",
  unknown: "off",
  changed: "warn",
  todo: "off",
};

export function toneOf(glyph: GlyphName): Tone {
  return tones[glyph];
}

type Props = { name: GlyphName; size?: 14 | 16; tone?: Tone };

/** The icon of a status, by shape and colour. The text beside it says the same. */
export function StatusGlyph({ name, size = 14, tone = tones[name] }: Props) {
  return (
    <svg
      className={styles.glyph}
      data-tone={tone}
      data-size={size}
      data-turns={name === "authorizing" || undefined}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {glyphs[name]}
    </svg>
  );
}
