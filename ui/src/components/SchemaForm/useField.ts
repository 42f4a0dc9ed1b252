import { type FieldProps } from "@rjsf/utils";
import { toPointer } from "@/lib/jsonPointer";
import { factsOf } from "@/lib/schema/formSchema";
import { useFormFacts } from "./FormContext";

/** What an input needs of the form library's props. */
export function useField(props: FieldProps) {
  const { fieldPathId, schema, onChange, required, disabled } = props;
  const { problems, touch, unreadable, secrets } = useFormFacts();
  const { path, $id: id } = fieldPathId;
  const pointer = toPointer(path);
  const last = path.at(-1);
  return {
    id,
    pointer,
    name: secrets && schema.title ? schema.title : typeof last === "number" ? String(last + 1) : String(last ?? ""),
    schema,
    facts: factsOf(schema),
    value: props.formData as unknown,
    required: required === true,
    disabled: disabled === true,
    change: (next: unknown) => onChange(next, path, undefined, id),
    /** Id of the help or the problem, which the frame of the field shows. */
    note: `${id}-note`,
    onBlur: () => touch(pointer),
    invalid: problems.has(pointer),
    problem: problems.get(pointer),
    secrets,
    unreadable,
  };
}

export type FieldInput = ReturnType<typeof useField>;

/** Common props of native inputs. */
export function inputProps({ id, note, disabled, invalid, required, onBlur }: FieldInput) {
  return {
    id,
    disabled,
    // The frame of alternatives has no label for the input of the chosen one.
    "aria-labelledby": `${id}-name`,
    "aria-invalid": invalid || undefined,
    "aria-required": required || undefined,
    "aria-describedby": note,
    onBlur: onBlur,
    spellCheck: false,
    autoComplete: "off",
    autoCapitalize: "off",
    autoCorrect: "off",
  };
}
