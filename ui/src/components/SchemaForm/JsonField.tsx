import { type FieldProps } from "@rjsf/utils";
import { useEffect, useState } from "react";
import { readJson, writeJson } from "@/lib/jsonText";
import { isSame } from "@/lib/schema/schema";
import { Icon } from "../Icon";
import styles from "./SchemaForm.module.css";
import { inputProps, useField } from "./useField";

/** A value without a form of its own, edited as JSON. Only valid JSON changes the value. */
export function JsonField(props: FieldProps) {
  const field = useField(props);
  const [typed, setTyped] = useState<string | null>(null);
  const [known, setKnown] = useState(field.value);
  // The text is dropped only if the value changes from outside: incomplete text changes none.
  if (!isSame(known, field.value)) {
    setKnown(field.value);
    const own = readJson(typed ?? "");
    if (own.problems.length > 0 || !isSame(own.value, field.value)) setTyped(null);
  }
  const current = field.value === undefined ? "" : writeJson(field.value);
  const shown = typed ?? current;
  const read = typed === null || typed.trim() === "" ? undefined : readJson(typed);
  const problem = read?.problems[0];
  const { pointer, unreadable } = field;
  const isUnreadable = problem !== undefined;
  useEffect(() => {
    if (!isUnreadable) return;
    unreadable(pointer, true);
    return () => unreadable(pointer, false);
  }, [pointer, unreadable, isUnreadable]);
  return (
    <div className="stack">
      <textarea
        {...inputProps(field)}
        className={styles.area}
        data-mono
        rows={Math.min(10, Math.max(2, shown.split("\n").length))}
        placeholder={field.facts.type === "object" ? '{ "name": "value" }' : "JSON"}
        aria-invalid={field.invalid || isUnreadable || undefined}
        value={shown}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          if (text.trim() === "") field.change(undefined);
          else {
            const next = readJson(text);
            if (next.problems.length === 0) field.change(next.value);
          }
        }}
        onBlur={() => {
          if (!isUnreadable) setTyped(null);
          field.onBlur();
        }}
      />
      {field.facts.reason && <div className={styles.help}>{field.facts.reason}</div>}
      {problem && (
        <div className={styles.problem} role="status" data-problem>
          <Icon name="circle-alert" size={12} />
          {`Line ${problem.line}: ${problem.message}`}
        </div>
      )}
    </div>
  );
}
