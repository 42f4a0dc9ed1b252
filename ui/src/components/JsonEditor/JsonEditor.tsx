import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { readablePointer } from "@/lib/jsonPointer";
import { locate, readJson, type TextProblem, writeJson } from "@/lib/jsonText";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { type ValueProblem } from "@/lib/schema/validate";
import { Icon } from "../Icon";
import { KeyHint } from "../KeyHint";
import { lazyNamed } from "../lazyNamed";
import { useShortcut } from "../shortcuts";
import { type CodeHandle } from "./codeAreaProps";
import styles from "./JsonEditor.module.css";

const CodeArea = lazyNamed(() => import("./CodeArea"), "CodeArea");

type Props = {
  label: string;
  value: JsonObject;
  /** Called with each valid value; while the text is invalid, the last value stays. */
  onChange: (value: JsonObject) => void;
  /** Problems of the value, by JSON pointer. */
  problems?: readonly ValueProblem[];
  /** Reports whether the text is a valid JSON object. */
  onReadable?: (readable: boolean) => void;
};

/**
 * Edits an object as JSON text. The text is rewritten only if the value changes from outside, so that the user's
 * formatting and incomplete input stay.
 */
export function JsonEditor({ label, value, onChange, problems = [], onReadable }: Props) {
  const [text, setText] = useState(() => writeJson(value));
  const [known, setKnown] = useState(value);
  const [at, setAt] = useState(-1);
  const area = useRef<CodeHandle>(null);
  if (known !== value) {
    setKnown(value);
    const read = readObject(text);
    if (read.problems.length > 0 || writeJson(read.value) !== writeJson(value)) setText(writeJson(value));
  }

  const marks = useMemo(() => {
    const read = readObject(text);
    return read.problems.length > 0 ? read.problems : problems.map((problem) => locateProblem(text, problem));
  }, [text, problems]);

  const edit = useCallback(
    (next: string) => {
      setText(next);
      const read = readObject(next);
      onReadable?.(read.problems.length === 0);
      if (!read.value) return;
      setKnown(read.value);
      onChange(read.value);
    },
    [onChange, onReadable],
  );

  // An unmounted editor holds no invalid text.
  useEffect(() => () => onReadable?.(true), [onReadable]);

  const step = useCallback(() => {
    if (marks.length === 0) return;
    const next = (at + 1) % marks.length;
    setAt(next);
    const mark = marks[next];
    if (mark) area.current?.show(mark.from, mark.to);
  }, [marks, at]);
  useShortcut(marks.length > 0 ? { keys: "form.nextProblem", inBar: true, run: step } : null);

  return (
    <div className={styles.editor}>
      <Suspense fallback={<textarea className={styles.waiting} aria-label={label} value={text} readOnly />}>
        <CodeArea ref={area} label={label} text={text} marks={marks} onChange={edit} />
      </Suspense>
      {marks.length > 0 && (
        <ul className={styles.problems} aria-label="Problems">
          {marks.map((mark, index) => (
            <li key={`${mark.from} ${mark.message}`}>
              <button
                type="button"
                className={styles.problem}
                data-problem
                onClick={() => area.current?.show(mark.from, mark.to)}
              >
                <Icon name="circle-alert" size={12} />
                <span className="grow">{`Line ${mark.line}: ${mark.message}`}</span>
                {index === 0 && <KeyHint keys="form.nextProblem" />}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function readObject(text: string): { value: JsonObject | undefined; problems: readonly TextProblem[] } {
  const { value, problems } = readJson(text);
  if (isObject(value)) return { value, problems };
  if (problems.length > 0) return { value: undefined, problems };
  return { value: undefined, problems: [{ ...locate(text, ""), message: "Enter a JSON object" }] };
}

function locateProblem(text: string, problem: ValueProblem): TextProblem {
  const name = readablePointer(problem.path);
  return { ...locate(text, problem.path), message: name === "" ? problem.message : `${name}: ${problem.message}` };
}
