import { useRef } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { LazySchemaForm } from "@/components/SchemaForm/LazySchemaForm";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { useArguments } from "@/components/SchemaForm/useArguments";
import { ProblemNotice } from "@/components/ProblemNotice";
import { useToasts } from "@/components/Toast";
import { type Act, type Connector, type OperationEffect } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./Hosted.module.css";
import { useAct } from "./useHosted";

type Props = { connector: Connector; act: Act; onClose: () => void };

const effectWords: Record<OperationEffect, string | null> = {
  read: null,
  write: null,
  destructive: "It takes away what can be made again.",
  irreversible: "It cannot be taken back.",
};

/** Asks what an act needs to know, and says what comes of it, before it is carried out. */
export function ActDialog({ connector, act, onClose }: Props) {
  const { title, identity } = connector;
  const given = useArguments(act.asks ?? { type: "object" });
  const form = useRef<SchemaFormHandle>(null);
  const { toast } = useToasts();
  const run = useAct(connector.id);
  const danger = act.effect === "destructive" || act.effect === "irreversible";
  const submit = () => {
    if (!given.attempt()) {
      form.current?.focusProblem();
      return;
    }
    run.mutate({ act: act.name, values: act.asks ? given.value : null, confirmed: true }, {
      onSuccess: () => {
        toast(`${act.title}: done`);
        onClose();
      },
      onError: (error) => given.blame(asProblem(error).fields),
    });
  };
  const effect = effectWords[act.effect];
  return (
    <Dialog
      alert={danger}
      title={`${act.title}?`}
      mark={<ConnectorMark size="large" title={title} icon={connector.icon} />}
      subtitle={<IdentityLine identity={identity} endpoint={connector.endpoint} />}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus={danger} onPress={onClose}>Leave it as it is</Button>
          <Button look={danger ? "danger" : "primary"} isPending={run.isPending} onPress={submit}>{act.title}</Button>
        </>
      }
    >
      <div className={styles.stack}>
        {(act.consequence ?? effect) && <p>{[act.consequence, effect].filter(Boolean).join(" ")}</p>}
        {act.asks !== null && <LazySchemaForm ref={form} label={act.title} schema={act.asks} value={given.value} onChange={given.change} problems={given.shown} onLeave={given.leave} />}
        {run.error && <ProblemNotice problem={asProblem(run.error)} onRetry={submit} />}
        <p className="text3 small">Calls <span className="mono">{act.operation}</span> as {identity.account}.</p>
      </div>
    </Dialog>
  );
}
