import { type FieldTemplateProps } from "@rjsf/utils";
import { type ReactNode, use, useState } from "react";
import { toPointer } from "@/lib/jsonPointer";
import { optionsOf } from "@/lib/options";
import { type FieldFacts, factsOf } from "@/lib/schema/formSchema";
import { branches, type Schema } from "@/lib/schema/schema";
import { Button } from "../Button";
import { focusField } from "../keepFocus";
import { Icon } from "../Icon";
import { SegmentedControl } from "../SegmentedControl";
import { OptionContext, useFormFacts } from "./FormContext";
import styles from "./SchemaForm.module.css";

/** Wraps each field: name, required mark, type, the choice of `null`, and help or the problem. */
export function FieldFrame(props: FieldTemplateProps) {
  const { fieldPathId, id, schema, required, disabled, children, onChange } = props;
  const insideOption = use(OptionContext);
  const { problems, secrets } = useFormFacts();
  const { path } = fieldPathId;
  const pointer = toPointer(path);
  const problem = problems.get(pointer);
  const facts = factsOf(schema);
  // An empty item of a list is `null` in JSON, so the value doesn't tell whether the user chose that.
  const isItem = typeof path.at(-1) === "number";
  const [wantsValue, setWantsValue] = useState(props.formData !== null);
  if (path.length === 0) return <>{children}</>;
  // The selected alternative is rendered under the name of the whole.
  if (insideOption === id) return <>{children}</>;

  const value = props.formData as unknown;
  // A required constant needs no input; most discriminate alternatives.
  if (required && "const" in schema && problem === undefined) return <>{children}</>;

  const change = (next: unknown) => onChange(next, path, undefined, id);
  // A secret field renders its own label.
  if (secrets && facts.field === "leaf" && schema.writeOnly === true)
    return (
      <div className={styles.field} data-pointer={pointer}>
        {children}
      </div>
    );

  const name = secrets && schema.title ? schema.title : nameOf(path);
  // A platform's form has no choice of `null`.
  const isNull = facts.nullable && !secrets && value === null && !(isItem && wantsValue);
  const isGroup = facts.field === "object" || facts.field === "options";
  // Their controls are all called alike: "Item 1", "Add item".
  const isLabelled = isGroup || facts.field === "rows" || facts.field === "map";
  const isAbsent = isGroup && holdsObjects(schema) && !required && value === undefined;
  return (
    <div
      className={styles.field}
      data-pointer={pointer}
      data-field={facts.field}
      role={isLabelled ? "group" : undefined}
      aria-labelledby={isLabelled ? `${id}-name` : undefined}
      aria-describedby={isLabelled ? `${id}-note` : undefined}
    >
      <div className={styles.head}>
        <FieldName id={id} name={name} facts={facts} />
        {required && (
          <span id={`${id}-required`} className={styles.required}>
            required
          </span>
        )}
        {secrets ? <span className="grow" /> : <span className={styles.type}>{facts.type}</span>}
        {isGroup && !required && value !== undefined && !disabled && (
          <Button
            small
            look="quiet"
            icon="x"
            label={`Clear ${name}`}
            onPress={(event) => {
              focusField(event);
              change(undefined);
            }}
          />
        )}
      </div>
      {isAbsent ? (
        <Button
          small
          icon="plus"
          isDisabled={disabled}
          onPress={(event) => {
            focusField(event);
            change({});
          }}
        >
          {`Add ${name}`}
        </Button>
      ) : (
        <div className={styles.control} data-control data-invalid={problem !== undefined || undefined}>
          {isNull ? (
            <div className={styles.nothing}>null</div>
          ) : (
            <div className={styles.value}>
              <OptionContext value={Array.isArray(schema.oneOf) ? id : null}>{children}</OptionContext>
            </div>
          )}
          {facts.nullable && !secrets && (
            <SegmentedControl
              label={`${name}: value or null`}
              segments={optionsOf({ value: "Value", null: "null" })}
              value={isNull ? "null" : "value"}
              onChange={(kind) => {
                setWantsValue(kind === "value");
                change(kind === "null" ? null : undefined);
              }}
              isDisabled={disabled}
            />
          )}
        </div>
      )}
      <Note
        id={`${id}-note`}
        problem={problem}
        help={typeof props.rawDescription === "string" ? props.rawDescription : ""}
        keepsHelp={secrets !== undefined}
      />
    </div>
  );
}

/** Whether values are objects, which are added or cleared as a whole. */
function holdsObjects(schema: Schema): boolean {
  return factsOf(schema).field === "object" || branches(schema, "oneOf").some(holdsObjects);
}

function nameOf(path: readonly (string | number)[]): string {
  const last = path.at(-1);
  return typeof last === "number" ? `Item ${last + 1}` : String(last);
}

function FieldName({ id, name, facts }: { id: string; name: string; facts: FieldFacts }) {
  return facts.field === "leaf" || facts.field === "json" || facts.field === "chips" ? (
    <label id={`${id}-name`} htmlFor={id} className={styles.name}>
      {name}
    </label>
  ) : (
    <span id={`${id}-name`} className={styles.name}>
      {name}
    </span>
  );
}

type NoteProps = { id: string; problem: string | undefined; help: string; keepsHelp: boolean };

/** The problem of a field, or else its help. `keepsHelp` shows both, where the help explains the rule. */
function Note({ id, problem, help, keepsHelp }: NoteProps): ReactNode {
  if (problem !== undefined) {
    return (
      <div id={id}>
        <div className={styles.problem} data-problem>
          <Icon name="circle-alert" size={12} />
          {problem}
        </div>
        {keepsHelp && help !== "" && <div className={styles.help}>{help}</div>}
      </div>
    );
  }
  return help === "" ? null : (
    <div id={id} className={styles.help}>
      {help}
    </div>
  );
}
