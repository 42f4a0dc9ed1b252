import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { FormDialog } from "@/components/FormDialog";
import { levelLabels } from "@/components/levels";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { useFirstFieldFocus } from "@/components/PlatformForm/useFirstFieldFocus";
import { usePlatformForm } from "@/components/PlatformForm/usePlatformForm";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { SubmitButton } from "@/components/SubmitButton";
import { Switch } from "@/components/Switch";
import { type Connector, type CredentialLevel, type Form, type PlatformCredential } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { useSaveCredential } from "./useHosted";

type Props = {
  connector: Connector;
  level: CredentialLevel;
  /** Credential to replace; `null` to create one. */
  replaced: PlatformCredential | null;
  /** Names in use at this level. */
  taken: string[];
  onClose: () => void;
};

/** Creates or replaces a credential at the platform. */
export function CredentialDialog(props: Props) {
  const { connector, level, replaced, onClose } = props;
  const { data, error, refetch } = useQuery(queries.credentialForm(connector.id, level.level));
  const title = titleOf(replaced);
  if (data) return <CredentialForm {...props} form={data} />;
  return (
    <Dialog
      title={title}
      subtitle={<CredentialOwner connector={connector} level={level} />}
      onClose={onClose}
      footer={<Button onPress={onClose}>Cancel</Button>}
    >
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Skeleton rows={3} label="Loading" />}
    </Dialog>
  );
}

/** The account, connector and level that the credential will belong to. */
function CredentialOwner({ connector: { title, identity }, level }: Pick<Props, "connector" | "level">) {
  return (
    <span className="line">
      <PlatformTile platform={identity.platform} />
      <span className="cut">
        {identity.account} · <span className="medium">{title}</span> · {levelLabels[level.level]}
      </span>
    </span>
  );
}

function titleOf(replaced: PlatformCredential | null): string {
  return replaced ? `Replace ${replaced.title ?? (replaced.name || "the credential")}` : "Add credential";
}

function CredentialForm({ connector, level, replaced, taken, onClose, form }: Props & { form: Form }) {
  const state = usePlatformForm(form);
  const { data: wallet = [] } = useQuery(queries.wallet());
  const [name, setName] = useState(replaced?.name ?? (taken.includes("default") ? "" : "default"));
  const [isDefault, setDefault] = useState(replaced?.isDefault ?? taken.length === 0);
  const [attempts, setAttempts] = useState(0);
  const asksName = level.isNamed && !replaced;
  const { box, setHandle } = useFirstFieldFocus(!asksName);
  const save = useSaveCredential(replaced ? "Credential replaced" : "Credential saved");
  const nameError = asksName ? nameErrorOf(name, taken) : null;

  const submit = () => {
    if (save.isPending) return;
    setAttempts(attempts + 1);
    if (!state.validateAll() || nameError) return;
    save.mutate(
      {
        connector: connector.id,
        level: level.level,
        name: level.isNamed ? name.trim() : "",
        values: state.values,
        secrets: state.secrets(),
        isDefault: level.hasDefault ? isDefault : null,
      },
      { onSuccess: onClose, onError: (error) => state.setServerErrors(asProblem(error).fields) },
    );
  };
  return (
    <FormDialog
      title={titleOf(replaced)}
      errors={attempts || undefined}
      subtitle={<CredentialOwner connector={connector} level={level} />}
      isPending={save.isPending}
      onClose={onClose}
      footer={
        <>
          <span>Sent to {connector.identity.account}. You can't view it again.</span>
          <Button onPress={onClose}>{save.isPending ? "Close" : "Cancel"}</Button>
          <SubmitButton
            label={replaced ? "Replace" : "Save"}
            keyLabel={titleOf(replaced)}
            isPending={save.isPending}
            onSubmit={submit}
          />
        </>
      }
    >
      <div className="form">
        {asksName && (
          <Field
            label="Name"
            mono
            isRequired
            autoFocus
            value={name}
            onChange={setName}
            error={attempts > 0 ? nameError : null}
            help="Letters, digits, - and _. Used to choose it when running tools."
          />
        )}
        <div ref={box}>
          <PlatformForm ref={setHandle} label={titleOf(replaced)} state={state} wallet={wallet} />
        </div>
        {level.hasDefault && (
          <Switch
            isSelected={isDefault}
            onChange={setDefault}
            isDisabled={replaced?.isDefault ?? false}
            help={
              replaced?.isDefault
                ? "Make another credential the default to change this."
                : "Used unless you choose another."
            }
          >
            Default
          </Switch>
        )}
        {save.error && <ProblemNotice problem={{ ...asProblem(save.error), fields: [] }} onRetry={submit} />}
      </div>
    </FormDialog>
  );
}

function nameErrorOf(name: string, taken: string[]): string | null {
  const trimmed = name.trim();
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(trimmed)) return "Use 1 to 64 letters, digits, hyphens and underscores";
  return taken.includes(trimmed) ? "Name already in use" : null;
}
