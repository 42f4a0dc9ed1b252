import { Button } from "./Button";
import { Field } from "./Field";
import { ReferenceOffer } from "./ReferenceOffer";
import styles from "./ReferenceOffer.module.css";
import { type ValueDraft } from "./secretValue";

type Props = {
  label: string;
  value: ValueDraft;
  onChange: (value: ValueDraft) => void;
  hideLabel?: boolean;
  help?: string;
  placeholder?: string | undefined;
  isRequired?: boolean;
  error?: string | undefined;
};

/** A secret on one line: hidden, unless it is a reference. */
export function SecretValueField({ value, onChange, help, ...rest }: Props) {
  const change = (text: string) => onChange({ text, isReference: value.isReference && text !== "" });
  return (
    <div className={styles.value}>
      <Field
        {...rest}
        mono
        type={value.isReference ? "text" : "password"}
        autoComplete={value.isReference ? "off" : "new-password"}
        value={value.text}
        onChange={change}
        help={value.isReference ? "Secret reference: read on each use. Only the reference is saved." : help}
      />
      {value.isReference ? (
        <div>
          <Button small onPress={() => onChange({ ...value, isReference: false })}>
            Use as the secret itself
          </Button>
        </div>
      ) : (
        <ReferenceOffer text={value.text} onUse={() => onChange({ text: value.text.trim(), isReference: true })} />
      )}
    </div>
  );
}
