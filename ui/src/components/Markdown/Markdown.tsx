import { CatchBoundary } from "@tanstack/react-router";
import { Suspense } from "react";
import { lazyNamed } from "../lazyNamed";
import styles from "./Markdown.module.css";

type Props = { text: string };

const Formatted = lazyNamed(() => import("./Formatted"), "Formatted");

/** Limits of what is rendered as Markdown: its cost grows faster than the text, and would block the window. */
const maxLength = 20_000;
/** Maximum number of line breaks and signs of markup. */
const maxMarks = 1_500;
/** Maximum number of quotes and lists that start on one line, each in the one before. */
const maxNesting = 12;

/**
 * External text, rendered as Markdown if it looks like it. Nothing is loaded, opened or executed: HTML stays text,
 * images become their description, and links are text with a tooltip.
 */
export function Markdown({ text }: Props) {
  if (!looksLikeMarkdown(text) || !isCheap(text)) return <PlainText text={text} isMono={isLaidOut(text)} />;
  const plain = <PlainText text={text} />;
  return (
    <CatchBoundary getResetKey={() => text} errorComponent={() => plain}>
      <Suspense fallback={plain}>
        <Formatted text={text} />
      </Suspense>
    </CatchBoundary>
  );
}

/** External text that keeps its line breaks. */
export function PlainText({ text, isMono = false }: Props & { isMono?: boolean }) {
  return (
    <p className={styles.plain} data-mono={isMono || undefined} data-selectable>
      {text}
    </p>
  );
}

/** The lines at the start of the text, which tell how to show all of it. */
function firstLines(text: string): string[] {
  return text.slice(0, 4000).split(/\r?\n/);
}

/** Whether the text is aligned in columns, as in logs and tables, and needs a monospace font. */
function isLaidOut(text: string): boolean {
  return firstLines(text).filter((line) => /\S(?: {2,}|\t)\S/.test(line)).length > 1;
}

const markup =
  /^#{1,6} \S|^[ \t]*[-*+] \S|^[ \t]*\d+[.)] \S|^```|^> |\*\*\S[^*]*\*\*|\[[^\]]+\]\([^)]+\)|^\|.*\|[ \t]*$|`[^`]+`/;

/** Whether the text contains Markdown syntax. Other text keeps its line breaks. */
export function looksLikeMarkdown(text: string): boolean {
  return firstLines(text).some((line) => markup.test(line));
}

function isCheap(text: string): boolean {
  if (text.length > maxLength || (text.match(/[\n!#&*<>[\\\]_`|~]/g)?.length ?? 0) > maxMarks) return false;
  const starts = text.match(/^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))+/gm) ?? [];
  return starts.every((start) => (start.match(/[>*+-]|\d+/g)?.length ?? 0) <= maxNesting);
}
