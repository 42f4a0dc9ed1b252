import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type Action, type Connector, type Control, type ControlGroup } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { Section } from "../Section";
import { ActionButton, ActionChoice, ActionMenus, ActionSwitch, type SwitchControl } from "./ActionControls";
import { ActionDialog, type PendingAction } from "./ActionDialog";
import styles from "./Hosted.module.css";

/** The switches and buttons that a platform offers for a connector. Its facts are shown by `Facts`. */
export function PlatformDetails({ connector }: { connector: Connector }) {
  const [pending, setPending] = useState<PendingAction | null>(null);
  return (
    <>
      <Details connector={connector} onAsk={setPending} />
      {/* Not within the details: input survives when they are read again and no longer offer the action. */}
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
    <Section title={`On ${account}`}>
      {error && <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />}
      {data && data.groups.length > 0 && (
        <div className={styles.groups}>
          {data.groups.map((group) => (
            <Group key={group.title} connector={connector} onAsk={onAsk} group={group} />
          ))}
        </div>
      )}
    </Section>
  );
}

function Group({ connector, onAsk, group }: ControlProps & { group: ControlGroup }) {
  const unknown = group.controls.filter(isUnknownSwitch);
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
        {unknown.length > 0 && <ActionMenus connector={connector} onAsk={onAsk} switches={unknown} />}
      </div>
    </div>
  );
}

/** Whether the platform does not report the state of a switch, which is then offered as two menus. */
function isUnknownSwitch(control: Control): control is SwitchControl {
  return control.kind === "switch" && control.isOn === null;
}

function ControlField({ control, ...shared }: ControlProps & { control: Control }) {
  switch (control.kind) {
    case "button":
      return <ActionButton {...shared} action={control.action} />;
    case "choice":
      return <ActionChoice {...shared} {...control} />;
    case "switch":
      return control.isOn === null ? null : <ActionSwitch {...shared} {...control} isOn={control.isOn} />;
  }
}

function keyOf(control: Control): string {
  const first: Action | undefined =
    control.kind === "button" ? control.action : control.kind === "switch" ? control.turnOn : control.actions[0];
  return first?.name ?? control.kind;
}
