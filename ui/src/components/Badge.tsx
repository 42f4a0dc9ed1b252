import { type ReactNode } from "react";
import styles from "./Badge.module.css";
import { type GlyphName, StatusGlyph, toneOf, type Tone } from "./StatusGlyph";

type Props = { glyph: GlyphName; children: ReactNode; pill?: boolean; tone?: Tone; title?: string };

/** Icon and text of a status: plain in rows, a pill in headers. */
export function Badge({ glyph, children, pill = false, tone = toneOf(glyph), title }: Props) {
  return (
    <span className={styles.badge} data-tone={tone} data-pill={pill || undefined} title={title}>
      <StatusGlyph name={glyph} tone={tone} />
      <span className="cut">{children}</span>
    </span>
  );
}
