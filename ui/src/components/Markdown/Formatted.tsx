import { type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { inertText } from "@/lib/inertText";
import styles from "./Markdown.module.css";

/** Headings in external text: their level has no meaning in this page. */
const head = (level: number) =>
  function Head({ children }: { children?: ReactNode }) {
    return <h3 data-level={level}>{children}</h3>;
  };

const components: Components = {
  h1: head(1),
  h2: head(2),
  h3: head(3),
  h4: head(4),
  h5: head(5),
  h6: head(6),
  a: ({ href, children }) => (
    <span className={styles.link} title={href}>
      {children}
    </span>
  ),
  img: ({ src, alt }) => (
    <span className={styles.picture} title={typeof src === "string" ? src : undefined}>
      {alt ? `Image: ${alt}` : "Image"}
    </span>
  ),
  input: ({ checked }) => <span aria-label={checked ? "done" : "to do"}>{checked ? "☑" : "☐"}</span>,
};

type Node = { value?: unknown; children?: Node[]; properties?: Record<string, unknown> };

/** Markdown decodes escapes such as `&#x202e;`, so invisible characters are replaced again after parsing. */
function inertTree() {
  return (tree: Node) => makeInert(tree);
}

function makeInert(node: Node): void {
  if (typeof node.value === "string") node.value = inertText(node.value);
  for (const [name, value] of Object.entries(node.properties ?? {})) {
    if (node.properties && typeof value === "string") node.properties[name] = inertText(value);
  }
  node.children?.forEach(makeInert);
}

/** Renders Markdown; loaded on demand. */
export function Formatted({ text }: { text: string }) {
  return (
    <div className={styles.formatted} data-selectable>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[inertTree]}
        components={components}
        urlTransform={(url) => url}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
