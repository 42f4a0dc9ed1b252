import { useRef, useState } from "react";
import { Advanced } from "@/components/Advanced";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { JsonEditor } from "@/components/JsonEditor/JsonEditor";
import { MissingSecrets } from "@/components/SchemaForm/MissingSecrets";
import { LazySchemaForm } from "@/components/SchemaForm/LazySchemaForm";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { useArguments } from "@/components/SchemaForm/useArguments";
import { useArgumentsDraft, useSavedArgumentsDraft } from "@/components/SchemaForm/useArgumentsDraft";
import { SegmentedControl } from "@/components/SegmentedControl";
import { useShortcut } from "@/components/shortcuts";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { useRefreshAccounts } from "@/host/accountSync";
import { type Account, type OperationCard, type Problem } from "@/host/bindings";
import { isRedacted } from "@/lib/redacted";
import { redactSecrets } from "@/lib/schema/secretValues";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";
import { apiCommand } from "@/lib/toolCommand";
import { sentence } from "@/lib/words";
import { type CallOptions, noOptions, type OptionErrors, optionErrors, optionsOf } from "./callOptions";
import { CallOptionsFields } from "./CallOptionsFields";
import { EffectTag } from "./EffectTag";
import { needsConfirmation } from "./operationEffects";
import styles from "./Operations.module.css";
import { useCall } from "./useCall";

type Props = { account: Account; operation: OperationCard };

/** The form of one operation and what calls it. */
export function OperationRunner({ account, operation }: Props) {
  const draft = useSavedArgumentsDraft(account.id, operation.name);
  const [missing, setMissing] = useState(draft?.missing ?? []);
  const form = useRef<SchemaFormHandle>(null);
  const args = useArguments(operation.parameters, draft?.values);
  const [mode, setMode] = useState<"form" | "json">("form");
  const [readable, setReadable] = useState(true);
  const [confirming, setConfirming] = useState(false);
  const [options, setOptions] = useState<CallOptions>(noOptions);
  const [errors, setErrors] = useState<OptionErrors>({});
  const { outcome, run } = useCall(account.id, operation.name);
  const refresh = useRefreshAccounts();
  const copy = useCopy();
  const { value } = args;
  useArgumentsDraft(account.id, operation.name, operation.parameters, value);

  const isRunning = outcome.kind === "running";
  const validateForm = () => {
    const wrong = optionErrors(options);
    setErrors(wrong);
    if (args.validateAll() && readable && Object.keys(wrong).length === 0) return true;
    // The problem is drawn by the state that was just set: look for it after that.
    setTimeout(() => form.current?.focusProblem());
    return false;
  };
  const handleProblem = (problem: Problem | null) => {
    if (problem?.code === "confirmation_needed") setConfirming(true);
    if (problem && problem.fields.length > 0) args.setServerErrors(problem.fields);
  };
  const call = async (confirmed: boolean) => {
    setConfirming(false);
    const problem = await run({ account: account.id, operation: operation.name, arguments: value, confirmed, ...optionsOf(options) });
    handleProblem(problem);
    // What it changed is to be seen in the lists too.
    if (!problem && operation.effect !== "read") void refresh();
  };
  const submit = () => {
    if (isRunning || confirming || !validateForm()) return;
    if (needsConfirmation(operation)) setConfirming(true);
    else void call(false);
  };
  const copyCommand = () => copy(apiCommand(account.label, operation.name, schemaOf(operation.parameters), value), "Command");
  const switchMode = () => {
    // What cannot be read would be lost.
    if (readable) setMode(mode === "form" ? "json" : "form");
  };
  useShortcut(confirming ? null : { keys: "Mod+Enter", label: "Call", inBar: true, run: submit });
  useShortcut({ keys: "Mod+J", label: "Form or JSON", inBar: true, run: switchMode });
  useShortcut({ keys: "Mod+Shift+C", label: "Copy as command", run: copyCommand });

  return (
    <section className={styles.runner} aria-label={operation.name}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2 className={styles.name} data-selectable>{operation.name}</h2>
          <EffectTag effect={operation.effect} />
          <span className="grow" />
          <SegmentedControl label="Edit as" segments={[{ value: "form", label: "Form" }, { value: "json", label: "JSON" }]} value={mode} onChange={setMode} isDisabled={!readable} />
        </div>
        <p className="text2 small" data-selectable>{sentence(operation.summary)} <span className="text3">{operation.source}</span></p>
      </header>
      {missing.length > 0 && <div className={styles.note}><MissingSecrets names={missing} onHide={() => setMissing([])}>Secrets are forgotten when you leave a form.</MissingSecrets></div>}
      {mode === "form" ? (
        <div className={styles.form}>
          <LazySchemaForm ref={form} label={`Arguments of ${operation.name}`} schema={operation.parameters} value={value} onChange={args.change} problems={args.shown} onLeave={args.touch} onReadable={setReadable} />
          <Advanced label="How it is called">
            <CallOptionsFields options={options} errors={errors} onChange={(next) => { setOptions(next); setErrors({}); }} />
          </Advanced>
        </div>
      ) : (
        <div className={styles.json}>
          <JsonEditor label={`Arguments of ${operation.name} as JSON`} value={value} problems={args.problems} onReadable={setReadable} onChange={(next) => isObject(next) && args.change(next)} />
        </div>
      )}
      {confirming ? (
        <Confirm account={account} operation={operation} values={value} onConfirm={() => void call(true)} onKeep={() => setConfirming(false)} />
      ) : (
        <div className={styles.bar}>
          <Button look="primary" icon="play" keys="Mod+Enter" isPending={isRunning} onPress={submit}>Call</Button>
          <span className="grow" />
          <Button icon="square-terminal" keys="Mod+Shift+C" onPress={copyCommand}>Copy as command</Button>
        </div>
      )}
    </section>
  );
}

type ConfirmProps = Props & { values: JsonObject; onConfirm: () => void; onKeep: () => void };

/** Names the operation, what it hits and as whom, before it cannot be taken back. */
function Confirm({ account, operation, values, onConfirm, onKeep }: ConfirmProps) {
  const target = Object.entries(redactSecrets(values, schemaOf(operation.parameters)))
    .filter(([, value]) => value !== "" && ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => `${name} ${isRedacted(value) ? "(hidden)" : String(value)}`);
  return (
    <ConfirmCard title={`Call ${operation.name}?`} verb={`Call ${operation.name}`} onConfirm={onConfirm} onKeep={onKeep}>
      {[target.join(", "), `as ${account.label}`].filter(Boolean).join(", ")}.{" "}
      {operation.effect === "irreversible" ? "It cannot be taken back." : "It takes away what has to be made again."}
    </ConfirmCard>
  );
}
