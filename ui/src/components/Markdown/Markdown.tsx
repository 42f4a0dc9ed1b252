import { Suspense } from "react";
import { lazyNamed } from "../lazyNamed";
import styles from "./Markdown.module.css";

type Props = { text: string };

const Formatted = lazyNamed(() => import("./Formatted"), "Formatted");

/** Drawing a longer text as Markdown would hold up the window. */
const longest = 100_000;

/**
 * Text of another party, as Markdown where it looks like it. Nothing in it is loaded, opened or run:
 * raw HTML is text, pictures are their description, links are text with the address beside them.
 */
export function Markdown({ text }: Props) {
  if (text.length > longest || !looksLikeMarkdown(text))
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

/** Whether spaces put the text into columns, as in logs and tables, which only letters of one width keep. */
function isLaidOut(text: string): boolean {
  const lines = text.slice(0, 4000).split("\n");
  return lines.filter((line) => /\S(?: {2,}|\t)\S/.test(line)).length > 1;
}

/** Whether Markdown signs stand where they mean something; plain text keeps its own line breaks otherwise. */
export function looksLikeMarkdown(text: string): boolean {
  return /^#{1,6} \S|^\s*[-*+] \S|^\s*\d+[.)] \S|^```|^> |\*\*\S[^*]*\*\*|\[[^\]]+\]\([^)]+\)|^\|.*\|\s*$|`[^`\n]+`/m.test(
    text,
  );
}
