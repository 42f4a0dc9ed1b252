import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightSpecialChars, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import { useEffect, useImperativeHandle, useRef } from "react";
import { invisible } from "@/lib/inertText";
import { type CodeAreaProps } from "./codeAreaProps";
import styles from "./JsonEditor.module.css";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--color-code-key)" },
  { tag: tags.string, color: "var(--color-code-string)" },
  { tag: tags.number, color: "var(--color-code-number)" },
  { tag: [tags.bool, tags.null], color: "var(--color-code-keyword)" },
]);

/** The CodeMirror editor, in a module of its own so that it loads on demand. */
export function CodeArea({ label, text, marks, onChange, ref }: CodeAreaProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (!parent.current) return;
    const area = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          minimalSetup,
          highlightSpecialChars({ addSpecialChars: new RegExp(invisible.source, "gu") }),
          highlightActiveLine(),
          json(),
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", "data-gramm": "false" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = area;
    // The key that brought it took the field that had the focus along.
    if (document.activeElement === document.body) area.focus();
    return () => area.destroy();
    // The editor is created once; the effects below apply later changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    const area = view.current;
    if (!area || area.state.doc.toString() === text) return;
    area.dispatch({ changes: { from: 0, to: area.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const area = view.current;
    if (!area) return;
    const end = area.state.doc.length;
    area.dispatch(
      setDiagnostics(
        area.state,
        marks.map((mark) => ({
          from: Math.min(mark.from, end),
          to: Math.min(mark.to, end),
          severity: "error",
          message: mark.message,
        })),
      ),
    );
  }, [marks, text]);

  useImperativeHandle(
    ref,
    () => ({
      show: (from, to) => {
        const area = view.current;
        if (!area) return;
        const end = area.state.doc.length;
        area.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
        area.focus();
      },
    }),
    [],
  );

  return <div ref={parent} className={styles.area} />;
}
