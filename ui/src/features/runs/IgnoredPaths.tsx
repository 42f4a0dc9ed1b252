import { useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { Icon } from "@/components/Icon";
import { passFocusBeside } from "@/components/keepFocus";
import styles from "./Compare.module.css";

type Props = { ignored: string[]; suggested: string[]; onChange: (paths: string[]) => void };

/** Paths that are ignored when runs of this tool are compared, and suggestions. */
export function IgnoredPaths({ ignored, suggested, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const add = (path: string) => onChange([...ignored, path]);
  const submit = () => {
    if (typed.trim() === "") return;
    add(typed.trim());
    setTyped("");
  };
  return (
    <section className={styles.ignored} aria-label="Ignored paths">
      {ignored.length > 0 && (
        <ul className={styles.paths}>
          {ignored.map((path) => (
            <li key={path} ref={passFocusBeside} className={styles.path}>
              <span className="cut" data-selectable title={path}>
                {path}
              </span>
              <Button
                small
                look="quiet"
                icon="x"
                label={`Stop ignoring ${path}`}
                onPress={() => onChange(ignored.filter((other) => other !== path))}
              />
            </li>
          ))}
        </ul>
      )}
      {suggested.length > 0 && (
        <div className={styles.suggested}>
          <span className="text3">Changes on every run</span>
          {suggested.map((path) => (
            <button
              key={path}
              ref={passFocusBeside}
              type="button"
              className={styles.suggestion}
              title={path}
              aria-label={`Ignore ${path}`}
              onClick={() => add(path)}
            >
              <Icon name="plus" size={12} />
              <span className="cut">{path.replace(/^\/outcome\/(result\/)?/, "")}</span>
            </button>
          ))}
          {suggested.length > 1 && (
            <Button ref={passFocusBeside} small look="link" onPress={() => onChange([...ignored, ...suggested])}>
              Ignore all
            </Button>
          )}
        </div>
      )}
      <Form className={styles.add} onSubmit={submit}>
        <Field
          label="Path to ignore"
          hideLabel
          mono
          soft
          placeholder="updatedAt or /outcome/result/items/*/id"
          value={typed}
          onChange={setTyped}
        />
        <Button type="submit" small isDisabled={typed.trim() === ""}>
          Ignore
        </Button>
      </Form>
      <p className="text3 small">
        Saved for this tool. * matches any name or index; everything below a path is ignored.
      </p>
    </section>
  );
}
