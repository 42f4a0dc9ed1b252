import { Advanced } from "@/components/Advanced";
import { Field } from "@/components/Field";
import { SecretField } from "@/components/SecretField";
import { Select } from "@/components/Select";
import { WithCode } from "@/components/WithCode";
import { type PlatformField, type WalletEntry } from "@/host/bindings";
import { type AccountForm, draftOf, type FormErrors, isJson } from "./accountForm";
import { FoldedFields } from "./FoldedFields";
import { SettingForm } from "./SettingForm";

type Props = {
  fields: PlatformField[];
  form: AccountForm;
  errors: FormErrors;
  /** Fields whose input cannot be parsed, by the names of `onReadable`. */
  unreadable: ReadonlySet<string>;
  wallet: WalletEntry[];
  onChange: (form: AccountForm) => void;
  /** Reports by a name whether the input of a field can be parsed; if not, the form is older than the input. */
  onReadable: (name: string, isReadable: boolean) => void;
  /** Whether the first field has the focus initially. */
  autoFocus?: boolean;
  /** Another number where the form was filled anew, which fields that hold their own input then take. */
  round?: number;
};

/** The fields of an account; advanced ones are collapsed at the end. */
export function AccountFields({ fields, unreadable, autoFocus = true, round = 0, ...rest }: Props) {
  const folded = fields.filter((field) => field.isAdvanced);
  const keyOf = ({ name, form }: PlatformField) => (form ? `${name} ${round}` : name);
  // As one JSON object, they have no name.
  const isWrong = (name: string) => rest.errors[name] !== undefined || unreadable.has(name);
  return (
    <>
      {fields
        .filter((field) => !field.isAdvanced)
        .map((field, index) => (
          <AccountField key={keyOf(field)} field={field} {...rest} autoFocus={autoFocus && index === 0} />
        ))}
      {folded.length > 0 && (
        <Advanced hasNews={isWrong("") || folded.some(({ name }) => isWrong(name))}>
          <FoldedFields key={round} fields={folded} unreadable={unreadable} {...rest}>
            {folded.map((field) => (
              <AccountField key={keyOf(field)} field={field} {...rest} />
            ))}
          </FoldedFields>
        </Advanced>
      )}
    </>
  );
}

type AccountFieldProps = Omit<Props, "fields" | "unreadable" | "round"> & { field: PlatformField };

function AccountField(props: AccountFieldProps) {
  const { field, form, errors, wallet, onChange, onReadable, autoFocus = false } = props;
  const { name, title, help, isRequired, variable } = field;
  if (field.isSecret) {
    return (
      <SecretField
        label={title}
        help={<WithCode>{help}</WithCode>}
        draft={draftOf(form, field)}
        onChange={(draft) => onChange({ ...form, secrets: { ...form.secrets, [name]: draft } })}
        entries={wallet.filter((entry) => entry.kind === "bearer")}
        variable={variable}
        error={errors[name]}
        isRequired={isRequired}
        autoFocus={autoFocus}
      />
    );
  }
  const text = form.settings[name] ?? "";
  const change = (typed: string) => onChange({ ...form, settings: { ...form.settings, [name]: typed } });
  if (field.form)
    return (
      <SettingForm
        name={name}
        title={title}
        help={help}
        form={field.form}
        text={text}
        error={errors[name]}
        wallet={wallet}
        onChange={change}
        onReadable={onReadable}
      />
    );
  if (field.choices.length > 0) {
    const options = field.choices.map((choice) => ({ value: choice, label: choice }));
    return (
      <Select
        label={title}
        help={<WithCode>{help}</WithCode>}
        error={errors[name]}
        options={isRequired ? options : [{ value: "", label: "Default" }, ...options]}
        value={text}
        onChange={change}
      />
    );
  }
  const json = isJson(field);
  return (
    <Field
      label={title}
      help={<WithCode>{help}</WithCode>}
      isRequired={isRequired}
      autoFocus={autoFocus}
      mono={json}
      note={json ? "JSON" : undefined}
      lines={json ? 6 : 1}
      placeholder={json ? "{ }" : undefined}
      value={text}
      onChange={change}
      error={errors[name]}
    />
  );
}
