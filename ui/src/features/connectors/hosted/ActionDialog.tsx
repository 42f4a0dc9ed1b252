import { useRef, useState } from "react";
import { Advanced } from "@/components/Advanced";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm } from "@/components/PlatformForm/usePlatformForm";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { type Act, type Connector, type OperationEffect } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./Hosted.module.css";
import { useRunAction } from "./useHosted";

/** An act that needs a word with the user. */
export type PendingAction = {
  act: Act;
  /** What the switch or choice is called that the act belongs to. */
  of: string | null;
  /** Whether it is one of a choice, the title of which says what is chosen and not what is done. */
  isChoice: boolean;
};

type Props = PendingAction & { connector: Connector; onClose: () => void };

const effectWords: Record<OperationEffect, string | null> = {
  read: null,
  write: null,
  destructive: "You can set this up again later.",
  irreversible: "You can't undo this.",
};

/** An act asks for no secrets. */
const noWallet: never[] = [];

/** Asks what an act needs to know, and says what comes of it, before it is carried out. */
export function ActionDialog({ connector, act, of, isChoice, onClose }: Props) {
  const { title, identity } = connector;
  const [actionForm] = useState(() => ({ schema: act.asks ?? { type: "object" }, values: {}, kept: [] }));
  const given = usePlatformForm(actionForm);
  const form = useRef<SchemaFormHandle>(null);
  const run = useRunAction(connector);
  const danger = act.effect === "destructive" || act.effect === "irreversible";
  const submit = () => {
    if (!given.validateAll()) {
      form.current?.focusProblem();
      return;
    }
    run.mutate(
      { act, values: act.asks ? given.values : null, confirmed: true },
      { onSuccess: onClose, onError: (error) => given.setServerErrors(asProblem(error).fields) },
    );
  };
  // What comes of a destructive act is told better by itself, where it is; that there is no way back, always.
  const effect = act.consequence !== null && act.effect === "destructive" ? null : effectWords[act.effect];
  return (
    <Dialog
      alert={danger}
      title={isChoice && of !== null ? `${of}: ${act.title}?` : `${act.title}?`}
      mark={<ConnectorMark size="large" title={title} icon={connector.icon} />}
      subtitle={<IdentityLine identity={identity} endpoint={connector.endpoint} />}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus={danger} onPress={onClose}>
            Cancel
          </Button>
          <Button look={danger ? "danger" : "primary"} isPending={run.isPending} onPress={submit}>
            {isChoice ? "Change" : act.title}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        {of !== null && !isChoice && <p className="medium">{of}</p>}
        {(act.consequence ?? effect) && <p>{[act.consequence, effect].filter(Boolean).join(" ")}</p>}
        {act.asks !== null && <PlatformForm ref={form} label={act.title} state={given} wallet={noWallet} />}
        {run.error && <ProblemNotice problem={asProblem(run.error)} onRetry={submit} />}
        <Advanced label="Details">
          <p className="text3 small">
            Calls <span className="mono">{act.operation}</span> as {identity.account}.
          </p>
        </Advanced>
      </div>
    </Dialog>
  );
}
