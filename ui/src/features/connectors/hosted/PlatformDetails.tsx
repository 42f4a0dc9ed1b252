import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type Action, type Connector, type Control, type ControlGroup } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import page from "../ConnectorPage.module.css";
import { ActionButton, ActionChoice, ActionMenus, ActionSwitch, type SwitchControl } from "./ActionControls";
import { ActionDialog, type PendingAction } from "./ActionDialog";
import styles from "./Hosted.module.css";

/** What only the connector's platform has: switches and buttons to use. Its facts stand among the others. */
export function PlatformDetails({ connector }: { connector: Connector }) {
  const [pending, setPending] = useState<PendingAction | null>(null);
  return (
    <>
      <Details connector={connector} onAsk={setPending} />
      {/* Beside them: what is typed stays when the platform, read again, offers the action no more. */}
      {pending && <ActionDialog connector={connector} {...pending} onClose={() => setPending(null)} />}
    </>
  );
}

type ControlProps = { connector: Connector; onAsk: (pending: PendingAction) => void };

function Details({ connector, onAsk }: ControlProps) {
  const { data, error, refetch } = useQuery(queries.platformDetails(connector.id));
  const { account } = connector.identity;
  if (!data && !error) return <Skeleton rows={3} label={`Loading from ${account}`} />;
  if (!error && data?.groups.length === 0) return null;
  return (
    <section className={page.section} aria-label={`On ${account}`}>
      <h2>On {account}</h2>
      {error && <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />}
      {data && data.groups.length > 0 && (
        <div className={styles.groups}>
          {data.groups.map((group) => (
            <Group key={group.title} connector={connector} onAsk={onAsk} group={group} />
          ))}
        </div>
      )}
    </section>
  );
}

function Group({ connector, onAsk, group }: ControlProps & { group: ControlGroup }) {
  const untold = group.controls.filter(isUntold);
  return (
    <div role="group" aria-label={group.title} className={styles.group}>
      <div className={styles.groupWords}>
        <span className="medium">{group.title}</span>
        {group.help && <span className="text3 small">{group.help}</span>}
      </div>
      <div className={styles.controls}>
        {group.controls.map((control) => (
          <ControlField key={keyOf(control)} connector={connector} onAsk={onAsk} control={control} />
        ))}
        {untold.length > 0 && <ActionMenus connector={connector} onAsk={onAsk} switches={untold} />}
      </div>
    </div>
  );
}

/** Whether it is a switch of which the platform does not tell how it is: both ways are open then. */
function isUntold(control: Control): control is SwitchControl {
  return control.kind === "switch" && control.isOn === null;
}

function ControlField({ control, ...offering }: ControlProps & { control: Control }) {
  switch (control.kind) {
    case "button":
      return <ActionButton {...offering} action={control.action} />;
    case "choice":
      return <ActionChoice {...offering} label={control.label} current={control.current} actions={control.actions} />;
    case "switch":
      return control.isOn === null ? null : (
        <ActionSwitch
          {...offering}
          label={control.label}
          isOn={control.isOn}
          turnOn={control.turnOn}
          turnOff={control.turnOff}
        />
      );
  }
}

function keyOf(control: Control): string {
  const first: Action | undefined =
    control.kind === "button" ? control.action : control.kind === "switch" ? control.turnOn : control.actions[0];
  return first?.name ?? control.kind;
}
