import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Advanced } from "@/components/Advanced";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { ArgumentsEditor } from "@/components/Runner/ArgumentsEditor";
import { EditModeControl } from "@/components/Runner/EditModeControl";
import { useRunner, useRunnerKeys } from "@/components/Runner/useRunner";
import { useSavedArgumentsDraft } from "@/components/SchemaForm/useArgumentsDraft";
import { useShortcut } from "@/components/shortcuts";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { refreshChangedAccounts } from "@/host/accountSync";
import { type Account, type OperationInfo } from "@/host/bindings";
import { argumentWords } from "@/lib/argumentWords";
import { redactSecrets } from "@/lib/schema/secretValues";
import { type JsonObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";
import { apiCommand } from "@/lib/toolCommand";
import { type OptionErrors, optionErrors, optionsOf } from "./callOptions";
import { CallOptionsFields } from "./CallOptionsFields";
import { EffectTag } from "./EffectTag";
import { OperationOutcome } from "./OperationOutcome";
import styles from "./Operations.module.css";
import { useCall } from "./useCall";
import { useCallOptions } from "./useCallOptions";

type Props = { account: Account; operation: OperationInfo };

/** The form of an operation, with its outcome. */
export function OperationRunner({ account, operation }: Props) {
  const draft = useSavedArgumentsDraft(account.id, operation.name);
  const { options, setOptions, wereSaved } = useCallOptions(account.id, operation.name);
  const [errors, setErrors] = useState<OptionErrors>({});
  const { outcome, run, stopWaiting } = useCall(account.id, operation.name);
  const client = useQueryClient();
  const copy = useCopy();
  const isRunning = outcome.kind === "running";
  const runner = useRunner({
    place: account.id,
    name: operation.name,
    schema: operation.parameters,
    initialValues: draft?.values,
    missing: draft?.missing ?? [],
    isRunning,
    needsConfirmation: operation.needsConfirmation,
    validateOptions: () => {
      const wrong = optionErrors(options);
      setErrors(wrong);
      return Object.keys(wrong).length === 0;
    },
    run: async (values, confirmed) => {
      const problem = await run({
        account: account.id,
        operation: operation.name,
        arguments: values,
        confirmed,
        ...optionsOf(options),
      });
      // Its changes may show in the lists.
      if (!problem && operation.effect !== "read") refreshChangedAccounts(client);
      return problem;
    },
  });
  const { value } = runner.args;
  const copyCommand = () =>
    copy(apiCommand(account.label, operation.name, schemaOf(operation.parameters), value), "Command");
  useShortcut(
    runner.isConfirming ? null : { keys: "form.submit", label: "Call", inBar: true, run: () => runner.submit() },
  );
  useRunnerKeys(runner);
  useShortcut({ keys: "form.copyCommand", run: copyCommand });

  return (
    <>
      <section className={styles.runner} aria-label={operation.name}>
        <header className={styles.head}>
          <div className={styles.title}>
            <h2 className={styles.name} data-selectable>
              {operation.name}
            </h2>
            <EffectTag effect={operation.effect} />
            <span className="grow" />
            <EditModeControl runner={runner} />
          </div>
          <p className="text2 small" data-selectable>
            {operation.summary}
          </p>
        </header>
        <ArgumentsEditor
          runner={runner}
          name={operation.name}
          schema={operation.parameters}
          missingReason="Secret values aren't kept when you leave a form."
        >
          <Advanced label="Request options" startsOpen={wereSaved} hasNews={Object.keys(errors).length > 0}>
            <CallOptionsFields
              options={options}
              errors={errors}
              onChange={(next) => {
                setOptions(next);
                setErrors({});
              }}
            />
          </Advanced>
        </ArgumentsEditor>
        {runner.isConfirming ? (
          <Confirm
            account={account}
            operation={operation}
            values={value}
            onConfirm={runner.confirm}
            onKeep={runner.closeConfirmation}
          />
        ) : (
          <div className={styles.bar}>
            <Button look="primary" icon="play" keys="form.submit" isPending={isRunning} onPress={() => runner.submit()}>
              Call
            </Button>
            <span className="grow" />
            <Button icon="square-terminal" keys="form.copyCommand" onPress={copyCommand}>
              Copy as command
            </Button>
          </div>
        )}
      </section>
      <OperationOutcome
        operation={operation}
        outcome={outcome}
        onStopWaiting={stopWaiting}
        beyondFields={runner.beyondFields}
      />
    </>
  );
}

type ConfirmProps = Props & { values: JsonObject; onConfirm: () => void; onKeep: () => void };

function Confirm({ account, operation, values, onConfirm, onKeep }: ConfirmProps) {
  const shown = Object.entries(redactSecrets(values, schemaOf(operation.parameters)));
  const target = shown.flatMap(([name, value]) => argumentWords(name, value) ?? []);
  return (
    <ConfirmCard
      title={`Call ${operation.name}?`}
      verb={`Call ${operation.name}`}
      onConfirm={onConfirm}
      onKeep={onKeep}
    >
      {[target.join(", "), `as ${account.label}`].filter(Boolean).join(" ")}.{" "}
      {operation.effect === "destructive" ? "You'd have to set it up again." : "You can't undo this."}
    </ConfirmCard>
  );
}
