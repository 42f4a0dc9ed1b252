import { type ReactNode } from "react";
import styles from "./Badge.module.css";
import { type GlyphName, StatusGlyph, toneOf } from "./StatusGlyph";

type Props = { glyph: GlyphName; children: ReactNode; pill?: boolean; title?: string };

/** Icon and text of a status: plain in rows, a pill in headers. */
export function Badge({ glyph, children, pill = false, title }: Props) {
  return (
    <span className={styles.badge} data-tone={toneOf(glyph)} data-pill={pill || undefined} title={title}>
      <StatusGlyph name={glyph} />
      <span className="cut">{children}</span>
    </span>
  );
}
