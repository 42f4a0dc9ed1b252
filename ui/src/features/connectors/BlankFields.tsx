import { Field } from "@/components/Field";
import { Select } from "@/components/Select";
import { type PastedBlank } from "@/host/bindings";
import { sentence } from "@/lib/words";
import { type Filled } from "./pastedForm";

type Props = {
  blanks: PastedBlank[];
  filled: Filled;
  errors: Record<string, string>;
  /** Whether the first field gets the focus. */
  autoFocus?: boolean;
  onChange: (filled: Filled) => void;
};

/** A field for each placeholder in a pasted text. */
export function BlankFields({ blanks, filled, errors, autoFocus = false, onChange }: Props) {
  return blanks.map(({ text, name, description, options, isSecret }, at) => {
    const set = (value: string) => onChange({ ...filled, [text]: value });
    if (options.length > 0) {
      return (
        <Select
          key={text}
          label={name}
          autoFocus={autoFocus && at === 0}
          options={options.map((option) => ({ value: option, label: option }))}
          value={filled[text] ?? null}
          onChange={set}
          error={errors[text]}
        />
      );
    }
    return (
      <Field
        key={text}
        label={name}
        autoFocus={autoFocus && at === 0}
        mono
        type={isSecret ? "password" : "text"}
        autoComplete={isSecret ? "new-password" : "off"}
        value={filled[text] ?? ""}
        onChange={set}
        error={errors[text]}
        help={
          <>
            {isSecret && "Secret. "}
            {description && `${sentence(description)} `}Replaces <span className="mono">{text}</span>
          </>
        }
      />
    );
  });
}
