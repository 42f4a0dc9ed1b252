import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import styles from "./Markdown.module.css";

const components: Components = {
  a: ({ href, children }) => <span className={styles.link} title={href}>{children}</span>,
  img: ({ src, alt }) => <span className={styles.picture} title={typeof src === "string" ? src : undefined}>{alt ? `Picture: ${alt}` : "Picture"}</span>,
  input: ({ checked }) => <span aria-label={checked ? "done" : "to do"}>{checked ? "☑" : "☐"}</span>,
};

/** The text with its Markdown drawn; loaded only when there is some. */
export function Formatted({ text }: { text: string }) {
  return (
    <div className={styles.formatted} data-selectable>
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={components} urlTransform={(url) => url}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
