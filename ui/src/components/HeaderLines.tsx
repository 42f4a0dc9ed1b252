import { Button } from "./Button";
import { Field } from "./Field";
import { focusAfterRemoval } from "./keepFocus";
import styles from "./HeaderLines.module.css";
import { Icon } from "./Icon";
import { type HeaderLine } from "./secretValue";
import { SecretValueField } from "./SecretValueField";

type Props = {
  lines: HeaderLine[];
  onChange: (lines: HeaderLine[]) => void;
  error?: string;
  /** Says what an empty value means. */
  valuePlaceholder?: string;
  /** Whether values may be secret references, which are saved. */
  takesReferences?: boolean;
  /** What the names identify. */
  of?: keyof typeof words;
};

const words = {
  header: { name: "Header", placeholder: "X-Api-Key", add: "Add header" },
  variable: { name: "Variable", placeholder: "API_KEY", add: "Add variable" },
};

const valueLabel = (index: number) => (index === 0 ? "Value" : `Value ${index + 1}`);

/** A list of headers or variables with secret values. */
export function HeaderLines({
  lines,
  onChange,
  error,
  valuePlaceholder,
  takesReferences = false,
  of = "header",
}: Props) {
  const { name: word, placeholder, add } = words[of];
  const set = (index: number, changes: Partial<HeaderLine>) =>
    onChange(lines.map((line, at) => (at === index ? { ...line, ...changes } : line)));
  return (
    <div className={styles.lines}>
      {lines.map((line, index) => (
        <div key={index} className={styles.line} data-line>
          <Field
            label={index === 0 ? word : `${word} ${index + 1}`}
            hideLabel={index > 0}
            mono
            placeholder={placeholder}
            value={line.name}
            onChange={(name) => set(index, { name })}
          />
          {takesReferences ? (
            <SecretValueField
              label={valueLabel(index)}
              hideLabel={index > 0}
              placeholder={valuePlaceholder}
              value={{ text: line.value, isReference: line.isReference ?? false }}
              onChange={({ text, isReference }) => set(index, { value: text, isReference })}
            />
          ) : (
            <Field
              label={valueLabel(index)}
              hideLabel={index > 0}
              mono
              type="password"
              autoComplete="new-password"
              placeholder={valuePlaceholder}
              value={line.value}
              onChange={(value) => set(index, { value })}
            />
          )}
          <Button
            look="quiet"
            icon="x"
            label={`Remove ${line.name || `${of} ${index + 1}`}`}
            isDisabled={lines.length === 1}
            onPress={(event) => {
              focusAfterRemoval(event);
              onChange(lines.filter((_, at) => at !== index));
            }}
          />
        </div>
      ))}
      {error && (
        <span className={styles.error} role="alert">
          <Icon name="circle-alert" size={12} />
          {error}
        </span>
      )}
      <div>
        <Button small icon="plus" onPress={() => onChange([...lines, { name: "", value: "" }])}>
          {add}
        </Button>
      </div>
    </div>
  );
}
