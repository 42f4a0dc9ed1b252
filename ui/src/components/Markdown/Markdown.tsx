import { Suspense } from "react";
import { lazyNamed } from "../lazyNamed";
import styles from "./Markdown.module.css";

type Props = { text: string };

const Formatted = lazyNamed(() => import("./Formatted"), "Formatted");

/** Rendering longer text as Markdown would block the window. */
const maxLength = 100_000;

/**
 * External text, rendered as Markdown if it looks like it. Nothing is loaded, opened or executed: HTML stays text,
 * images become their description, and links are text with a tooltip.
 */
export function Markdown({ text }: Props) {
  if (text.length > maxLength || !looksLikeMarkdown(text))
    return (
      <p className={styles.plain} data-mono={isLaidOut(text) || undefined} data-selectable>
        {text}
      </p>
    );
  return (
    <Suspense
      fallback={
        <p className={styles.plain} data-selectable>
          {text}
        </p>
      }
    >
      <Formatted text={text} />
    </Suspense>
  );
}

/** Whether the text is aligned in columns, as in logs and tables, and needs a monospace font. */
function isLaidOut(text: string): boolean {
  const lines = text.slice(0, 4000).split("\n");
  return lines.filter((line) => /\S(?: {2,}|\t)\S/.test(line)).length > 1;
}

/** Whether the text contains Markdown syntax. Other text keeps its line breaks. */
export function looksLikeMarkdown(text: string): boolean {
  return /^#{1,6} \S|^\s*[-*+] \S|^\s*\d+[.)] \S|^```|^> |\*\*\S[^*]*\*\*|\[[^\]]+\]\([^)]+\)|^\|.*\|\s*$|`[^`\n]+`/m.test(
    text,
  );
}
