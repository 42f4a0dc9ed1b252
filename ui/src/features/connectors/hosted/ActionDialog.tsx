import { useState } from "react";
import { Advanced } from "@/components/Advanced";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { FormDialog } from "@/components/FormDialog";
import { IdentityLine } from "@/components/IdentityLine";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm, useRefusalFocus } from "@/components/PlatformForm/usePlatformForm";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Action, type Connector, type OperationEffect } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useRunAction } from "./useHosted";

/** An action that waits for input or a confirmation. */
export type PendingAction = {
  action: Action;
  /** Label of the switch or choice that the action belongs to. */
  of: string | null;
  /** Whether it is an option of a choice, whose title names the option and not what is done. */
  isChoice: boolean;
};

type Props = PendingAction & { connector: Connector; onClose: () => void };

const effectWords: Record<OperationEffect, string | null> = {
  read: null,
  write: null,
  destructive: "You can set this up again later.",
  irreversible: "You can't undo this.",
};

/** Actions take no secrets. */
const noWallet: never[] = [];

/** Takes the input of an action, and shows its consequences before it runs. */
export function ActionDialog({ connector, action, of, isChoice, onClose }: Props) {
  const { title, identity } = connector;
  const { inputSchema, values } = action;
  const [actionForm] = useState(() => ({ schema: inputSchema ?? { type: "object" }, values: values ?? {}, kept: [] }));
  const input = usePlatformForm(actionForm);
  const form = useRefusalFocus(input);
  const run = useRunAction(connector);
  const danger = action.effect === "destructive" || action.effect === "irreversible";
  const submit = () => {
    if (!input.validateAll()) return;
    run.mutate(
      { action, values: inputSchema ? input.values : null, confirmed: true },
      { onSuccess: onClose, onError: (error) => input.setServerErrors(asProblem(error).fields) },
    );
  };
  const problem = run.error && asProblem(run.error);
  // The warning of a destructive action replaces the general one; irreversible actions always show both.
  const effect = action.warning !== null && action.effect === "destructive" ? null : effectWords[action.effect];
  return (
    <FormDialog
      isPending={run.isPending}
      alert={danger}
      title={isChoice && of !== null ? `${of}: ${action.title}?` : `${action.title}?`}
      mark={<ConnectorMark size="large" title={title} of={connector} />}
      subtitle={<IdentityLine identity={identity} endpoint={connector.endpoint} />}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus={danger} onPress={onClose}>
            {run.isPending ? "Close" : "Cancel"}
          </Button>
          <Button look={danger ? "danger" : "primary"} isPending={run.isPending} onPress={submit}>
            {isChoice ? "Change" : action.title}
          </Button>
        </>
      }
    >
      <div className="form">
        {of !== null && !isChoice && <p className="medium">{of}</p>}
        {(action.warning ?? effect) && <p>{[action.warning, effect].filter(Boolean).join(" ")}</p>}
        {inputSchema !== null && <PlatformForm ref={form} label={action.title} state={input} wallet={noWallet} />}
        {problem && (
          <ProblemNotice problem={inputSchema === null ? problem : { ...problem, fields: [] }} onRetry={submit} />
        )}
        <Advanced label="Details">
          <p className="text3 small">
            Calls <span className="mono">{action.operation}</span> as {identity.account}.
          </p>
        </Advanced>
      </div>
    </FormDialog>
  );
}
