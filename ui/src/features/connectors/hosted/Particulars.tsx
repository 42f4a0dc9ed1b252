import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "@/components/ProblemNotice";
import { StillShapes } from "@/components/StillShapes";
import { type Act, type Connector, type Control, type ControlGroup } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { agoWords, exactTime } from "@/lib/time";
import page from "../ConnectorPage.module.css";
import { ActButton, ActChoice, ActSwitch } from "./ActControls";
import styles from "./Hosted.module.css";
import { hostedQueries } from "./useHosted";

/** What only the connector's platform has: facts to read, switches and buttons to use. */
export function Particulars({ connector }: { connector: Connector }) {
  const { data, error, refetch } = useQuery(hostedQueries.particulars(connector));
  const { account } = connector.identity;
  if (error) {
    return (
      <section className={page.section} aria-label={`On ${account}`}>
        <h2>On {account}</h2>
        <ProblemNotice problem={asProblem(error)} onRetry={() => void refetch()} />
      </section>
    );
  }
  if (!data) return <StillShapes rows={3} label={`Asking ${account}`} />;
  if (data.facts.length === 0 && data.groups.length === 0) return null;
  return (
    <section className={page.section} aria-label={`On ${account}`}>
      <h2>On {account}</h2>
      {data.facts.length > 0 && (
        <dl className={page.facts}>
          {data.facts.map(({ label, value, at }) => (
            <div key={label} style={{ display: "contents" }}>
              <dt>{label}</dt>
              <dd data-selectable>{at ? <span title={exactTime(at)}>{agoWords(at)}</span> : value}</dd>
            </div>
          ))}
        </dl>
      )}
      {data.groups.length > 0 && (
        <div className={styles.groups}>
          {data.groups.map((group) => <Group key={group.title} connector={connector} group={group} />)}
        </div>
      )}
    </section>
  );
}

function Group({ connector, group }: { connector: Connector; group: ControlGroup }) {
  return (
    <div role="group" aria-label={group.title} className={styles.group}>
      <div className={styles.groupWords}>
        <span className="medium">{group.title}</span>
        {group.help && <span className="text3 small">{group.help}</span>}
      </div>
      <div className={styles.controls}>
        {group.controls.map((control) => <One key={keyOf(control)} connector={connector} control={control} />)}
      </div>
    </div>
  );
}

function One({ connector, control }: { connector: Connector; control: Control }) {
  switch (control.kind) {
    case "button":
      return <ActButton connector={connector} act={control.act} />;
    case "choice":
      return <ActChoice connector={connector} label={control.label} current={control.current} acts={control.acts} />;
    case "switch":
      return control.isOn === null ? (
        // The platform does not tell how it is: both ways are open.
        <span role="group" aria-label={control.label} className={styles.either}>
          <span aria-hidden="true">{control.label}</span>
          <ActButton connector={connector} act={control.turnOn} of={control.label} />
          <ActButton connector={connector} act={control.turnOff} of={control.label} />
        </span>
      ) : (
        <ActSwitch connector={connector} label={control.label} isOn={control.isOn} turnOn={control.turnOn} turnOff={control.turnOff} />
      );
  }
}

function keyOf(control: Control): string {
  const first: Act | undefined = control.kind === "button" ? control.act : control.kind === "switch" ? control.turnOn : control.acts[0];
  return first?.name ?? control.kind;
}
