import { useState } from "react";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Code, Fact } from "@/components/Fact";
import { Field } from "@/components/Field";
import { FormDialog } from "@/components/FormDialog";
import { SecretValueField } from "@/components/SecretValueField";
import { Select } from "@/components/Select";
import { SubmitButton } from "@/components/SubmitButton";
import { Tag } from "@/components/Tag";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { emptyValue, secretValueOf, type ValueDraft } from "@/components/secretValue";
import { type AddBundle as Request, type Bundle, type BundleSetting, commands, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { sentence } from "@/lib/words";
import styles from "./AddDialog.module.css";
import { StepFooter } from "./AddStep";
import { CommandWords } from "./CommandWords";
import { FolderField } from "./FolderField";
import { NameFields } from "./NameFields";
import { NotesNotice } from "./NotesNotice";
import { splitList } from "./textLists";
import { useAddConnector } from "./useConnectorActions";

type Props = { bundle: Bundle; onBack: () => void; onClose: () => void; onAdded: (connector: Connector) => void };

/** Adds the server of a bundle: what the bundle states, which command it runs, its settings. Starts nothing. */
export function AddBundle({ bundle, onBack, onClose, onAdded }: Props) {
  const [title, setTitle] = useState(bundle.title);
  const [name, setName] = useState("");
  const [values, setValues] = useState(() =>
    Object.fromEntries(
      bundle.settings.map((setting) => [setting.key, { ...emptyValue, text: setting.default.join("\n") }]),
    ),
  );
  const [missing, setMissing] = useState<string[]>([]);
  const add = useAddConnector(commands.addBundle);
  const valueOf = (key: string) => values[key] ?? emptyValue;
  const submit = () => {
    const empty = bundle.settings.filter(({ key, isRequired }) => isRequired && !valueOf(key).text.trim());
    setMissing(empty.map(({ key }) => key));
    if (empty.length > 0) return;
    add.mutate(requestOf(bundle, values, name, title), { onSuccess: onAdded });
  };
  return (
    <FormDialog
      title="Add connector"
      subtitle="A program in an MCP bundle. Nothing starts until you allow it."
      wide
      errors={missing}
      isPending={add.isPending}
      onClose={onClose}
      notice={add.error && <VaultFailureNotice problem={asProblem(add.error)} onRetry={submit} />}
      footer={
        <StepFooter note="Saved as a draft until it first works." onBack={onBack}>
          <SubmitButton label="Add connector" isPending={add.isPending} onSubmit={submit} />
        </StepFooter>
      }
    >
      <NotesNotice title="Before you add it" notes={bundle.notes} />
      <section className={styles.card} aria-label="Bundle">
        <div className="line">
          <ConnectorMark title={bundle.title} />
          <span className="strong cut">{bundle.title}</span>
          <Tag icon="square-terminal">Bundle</Tag>
        </div>
        {bundle.description && <p className="text2 small">{bundle.description}</p>}
        <CommandWords words={bundle.command} />
        <dl className={styles.facts}>
          <Fact name="Version">{bundle.version}</Fact>
          <Fact name="Author">{bundle.author}</Fact>
          <Fact name="Program">{bundle.program && <Code>{bundle.program}</Code>}</Fact>
          <Fact name="Variables">{bundle.variables.length > 0 && <Code>{bundle.variables.join(" ")}</Code>}</Fact>
          <Fact name="Needs">{bundle.runtimes.join(", ")}</Fact>
          <Fact name="SHA-256">
            <Code>{bundle.sha256}</Code>
          </Fact>
        </dl>
      </section>
      <NameFields title={title} onTitle={setTitle} name={name} onName={setName} failure={add.error} />
      {bundle.settings.map((setting) => (
        <Setting
          key={setting.key}
          setting={setting}
          value={valueOf(setting.key)}
          isMissing={missing.includes(setting.key) && !valueOf(setting.key).text.trim()}
          onChange={(value) => setValues({ ...values, [setting.key]: value })}
        />
      ))}
    </FormDialog>
  );
}

type SettingProps = {
  setting: BundleSetting;
  value: ValueDraft;
  isMissing: boolean;
  onChange: (value: ValueDraft) => void;
};

function Setting({ setting, value, isMissing, onChange }: SettingProps) {
  const { title: label, description, kind, isSecret, isRequired, isMultiple } = setting;
  const error = isMissing ? "Enter a value" : undefined;
  const setText = (text: string) => onChange({ text, isReference: false });
  if (isSecret)
    return (
      <SecretValueField
        label={label}
        value={value}
        onChange={onChange}
        isRequired={isRequired}
        error={error}
        help={description ?? undefined}
      />
    );
  if (kind === "boolean" && !isMultiple)
    return (
      <Select
        label={label}
        options={yesNo}
        value={value.text || null}
        onChange={setText}
        error={error}
        help={description}
      />
    );
  const help = [description && sentence(description), helps[kind]?.[isMultiple ? 1 : 0]].filter(Boolean).join(" ");
  const field = { label, help, error, isRequired, lines: isMultiple ? 3 : 1, value: value.text, onChange: setText };
  return kind === "directory" ? <FolderField {...field} /> : <Field {...field} mono />;
}

const yesNo = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

/** How to type one value, and how to type several. */
const helps: Record<BundleSetting["kind"], [string, string]> = {
  string: ["", "One per line."],
  number: ["A number.", "One number per line."],
  boolean: ["", "One per line."],
  directory: ["Full path of a folder.", "Full paths of folders, one per line."],
  file: ["Full path of a file.", "Full paths of files, one per line."],
};

function requestOf(bundle: Bundle, values: Record<string, ValueDraft>, name: string, title: string): Request {
  const entered = bundle.settings.map((setting) => ({ setting, draft: values[setting.key] ?? emptyValue }));
  const plain = entered.filter(({ setting }) => !setting.isSecret);
  const secret = entered.filter(({ setting, draft }) => setting.isSecret && draft.text !== "");
  return {
    sha256: bundle.sha256,
    values: Object.fromEntries(plain.map(({ setting, draft }) => [setting.key, splitList(draft.text, "\n")])),
    secrets: Object.fromEntries(secret.map(({ setting, draft }) => [setting.key, secretValueOf(draft)])),
    name: name.trim() || null,
    title: title.trim() || null,
  };
}
