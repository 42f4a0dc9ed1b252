import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemNotice } from "@/components/ProblemNotice";
import { StillShapes } from "@/components/StillShapes";
import { type Act, type Connector, type Control, type ControlGroup } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { agoWords, exactTime } from "@/lib/time";
import page from "../ConnectorPage.module.css";
import { ActButton, ActChoice, ActSwitch } from "./ActControls";
import { ActDialog, type Asked } from "./ActDialog";
import styles from "./Hosted.module.css";
import { hostedQueries, useLatest } from "./useHosted";

/** What only the connector's platform has: facts to read, switches and buttons to use. */
export function Particulars({ connector }: { connector: Connector }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <>
      <OnPlatform connector={connector} onAsk={setAsked} />
      {/* Beside them: what is typed stays when the platform, read again, offers the act no more. */}
      {asked && <ActDialog connector={connector} {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

type Offering = { connector: Connector; onAsk: (asked: Asked) => void };

function OnPlatform({ connector, onAsk }: Offering) {
  const read = useQuery(hostedQueries.particulars(connector));
  const data = useLatest(read);
  const { account } = connector.identity;
  if (!data && !read.error) return <StillShapes rows={3} label={`Asking ${account}`} />;
  if (!read.error && data?.facts.length === 0 && data.groups.length === 0) return null;
  return (
    <section className={page.section} aria-label={`On ${account}`}>
      <h2>On {account}</h2>
      {read.error && <ProblemNotice problem={asProblem(read.error)} onRetry={() => void read.refetch()} />}
      {data && data.facts.length > 0 && (
        <dl className={page.facts}>
          {data.facts.map(({ label, value, at }) => (
            <div key={label} style={{ display: "contents" }}>
              <dt>{label}</dt>
              <dd data-selectable>{at ? <span title={exactTime(at)}>{agoWords(at)}</span> : value}</dd>
            </div>
          ))}
        </dl>
      )}
      {data && data.groups.length > 0 && (
        <div className={styles.groups}>
          {data.groups.map((group) => <Group key={group.title} connector={connector} onAsk={onAsk} group={group} />)}
        </div>
      )}
    </section>
  );
}

function Group({ connector, onAsk, group }: Offering & { group: ControlGroup }) {
  return (
    <div role="group" aria-label={group.title} className={styles.group}>
      <div className={styles.groupWords}>
        <span className="medium">{group.title}</span>
        {group.help && <span className="text3 small">{group.help}</span>}
      </div>
      <div className={styles.controls}>
        {group.controls.map((control) => <One key={keyOf(control)} connector={connector} onAsk={onAsk} control={control} />)}
      </div>
    </div>
  );
}

function One({ control, ...offering }: Offering & { control: Control }) {
  switch (control.kind) {
    case "button":
      return <ActButton {...offering} act={control.act} />;
    case "choice":
      return <ActChoice {...offering} label={control.label} current={control.current} acts={control.acts} />;
    case "switch":
      return control.isOn === null ? (
        // The platform does not tell how it is: both ways are open.
        <span role="group" aria-label={control.label} className={styles.either}>
          <span aria-hidden="true">{control.label}</span>
          <ActButton {...offering} act={control.turnOn} of={control.label} />
          <ActButton {...offering} act={control.turnOff} of={control.label} />
        </span>
      ) : (
        <ActSwitch {...offering} label={control.label} isOn={control.isOn} turnOn={control.turnOn} turnOff={control.turnOff} />
      );
  }
}

function keyOf(control: Control): string {
  const first: Act | undefined = control.kind === "button" ? control.act : control.kind === "switch" ? control.turnOn : control.acts[0];
  return first?.name ?? control.kind;
}
