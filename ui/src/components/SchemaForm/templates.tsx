import {
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type WidgetProps,
} from "@rjsf/utils";
import { isWithin, toPointer } from "@/lib/jsonPointer";
import { factsOf } from "@/lib/schema/formSchema";
import { asSchema, isObject } from "@/lib/schema/schema";
import { pairedFields } from "@/lib/schema/shortFields";
import { count, midSentence } from "@/lib/words";
import { Advanced } from "../Advanced";
import { Button } from "../Button";
import { focusAfterRemoval } from "../keepFocus";
import { SegmentedControl } from "../SegmentedControl";
import { Select } from "../Select";
import { useFormFacts } from "./FormContext";
import styles from "./SchemaForm.module.css";

/** The fields of an object; nested ones are indented. */
export function ObjectFields({ fieldPathId, properties, formData, schema }: ObjectFieldTemplateProps) {
  const known = asSchema(schema.properties);
  const others = isObject(formData)
    ? Object.keys(formData).filter((name) => formData[name] !== undefined && !(name in known))
    : [];
  const { hidden = 0 } = factsOf(schema);
  const shown = properties.filter((property) => !property.hidden);
  const { problems, unread, secrets } = useFormFacts();
  const isWrong = ({ name }: { name: string }) => {
    const place = toPointer([...fieldPathId.path, name]);
    return [...problems.keys(), ...unread].some((pointer) => isWithin(pointer, place));
  };
  const isFolded = ({ name }: { name: string }) => factsOf(asSchema(known[name])).advanced === true;
  const plain = shown.filter((property) => !isFolded(property));
  const folded = shown.filter(isFolded);
  // Alternatives add properties that this schema does not list; they are rendered below.
  const hasOptions = Array.isArray(schema.oneOf);
  if (fieldPathId.path.length === 0 && properties.length === 0 && !hasOptions && others.length === 0) {
    return <p className={styles.help}>No arguments</p>;
  }
  const renderFields = (fields: typeof shown) => {
    const paired = pairedFields(
      fields.map(({ name }) => {
        const drawn = asSchema(known[name]);
        return { name, label: secrets && typeof drawn.title === "string" ? drawn.title : name, schema: drawn };
      }),
    );
    // Pairing is done by styles: a wrapper element would remount fields as others come and go.
    return fields.map(({ name, content }) => (
      <div key={name} data-half={paired.has(name) || undefined}>
        {content}
      </div>
    ));
  };
  return (
    <div className={styles.fields} data-nested={fieldPathId.path.length > 0 || undefined}>
      {renderFields(plain)}
      {folded.length > 0 && (
        <Advanced hasNews={folded.some(isWrong)}>
          <div className={styles.fields}>{renderFields(folded)}</div>
        </Advanced>
      )}
      {hidden > 0 && <p className={styles.help}>{`${count(hidden, "more field")} in JSON only`}</p>}
      {others.length > 0 && !hasOptions && <p className={styles.help}>{`Set in JSON only: ${others.join(", ")}`}</p>}
    </div>
  );
}

/** The items of a list. */
export function Rows({ items, canAdd, onAddClick, disabled, schema }: ArrayFieldTemplateProps) {
  const { title } = asSchema(schema.items);
  const item = typeof title === "string" && title !== "" ? midSentence(title) : "item";
  return (
    <div className={styles.rows}>
      {items}
      {canAdd && (
        <Button small icon="plus" isDisabled={disabled} onPress={() => onAddClick()}>
          {items.length === 0 ? `Add ${item}` : "Add another"}
        </Button>
      )}
    </div>
  );
}

export function Row({ children, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  return (
    <div className={styles.row} data-line>
      <div className="grow">{children}</div>
      {buttonsProps.hasRemove && (
        <Button
          small
          look="quiet"
          icon="x"
          label={`Remove item ${index + 1}`}
          isDisabled={buttonsProps.disabled}
          onPress={(event) => {
            focusAfterRemoval(event);
            buttonsProps.onRemoveItem();
          }}
        />
      )}
    </div>
  );
}

export function Options({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className={styles.options}>
      {selector}
      {optionSchemaField}
    </div>
  );
}

/** Selects an alternative: a segmented control for up to three, else a menu. */
export function OptionSelector({ id, label, options, value, onChange, disabled }: WidgetProps) {
  const choices = (options.enumOptions ?? []).map((option) => ({ value: String(option.value), label: option.label }));
  const chosen = String(value as unknown);
  const props = {
    label: `Type of ${label || id}`,
    value: chosen,
    isDisabled: disabled,
    onChange: (next: string) => onChange(Number(next)),
  };
  return choices.length <= 3 ? (
    <SegmentedControl segments={choices} {...props} />
  ) : (
    <Select hideLabel options={choices} {...props} />
  );
}
