import { useState } from "react";
import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Act, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { ActDialog } from "./ActDialog";
import styles from "./Hosted.module.css";
import { useAct } from "./useHosted";

type Props = { connector: Connector };

/** Whether an act needs a word with the user before it is carried out. */
function asks(act: Act): boolean {
  return act.asks !== null || act.consequence !== null || act.effect === "destructive" || act.effect === "irreversible";
}

/** Carries out an act at once, or after a dialog where there is something to ask or to know. */
function useStart({ connector }: Props, of: string | null, isChoice = false) {
  const [asked, setAsked] = useState<Act | null>(null);
  const run = useAct(connector);
  const start = (act: Act) => {
    if (asks(act)) setAsked(act);
    else run.mutate({ act, values: null, confirmed: false });
  };
  const more = (
    <>
      {run.error && <div className={styles.failure}><ProblemNotice problem={asProblem(run.error)} /></div>}
      {asked && <ActDialog connector={connector} act={asked} of={of} isChoice={isChoice} onClose={() => setAsked(null)} />}
    </>
  );
  return { start, more, isPending: run.isPending };
}

/** A button that carries out an act, `of` the control that it is one way of. */
export function ActButton({ connector, act, of = null }: Props & { act: Act; of?: string | null }) {
  const { start, more, isPending } = useStart({ connector }, of);
  return (
    <>
      <Button isPending={isPending} onPress={() => start(act)}>{act.title}</Button>
      {more}
    </>
  );
}

/** A switch whose two ways are acts; it moves when the platform has moved. */
export function ActSwitch({ connector, label, isOn, turnOn, turnOff }: Props & { label: string; isOn: boolean; turnOn: Act; turnOff: Act }) {
  const { start, more, isPending } = useStart({ connector }, label);
  return (
    <>
      <Switch isSelected={isOn} isDisabled={isPending} onChange={(on) => start(on ? turnOn : turnOff)}>{label}</Switch>
      {more}
    </>
  );
}

/** One of several, each an act. */
export function ActChoice({ connector, label, current, acts }: Props & { label: string; current: string | null; acts: Act[] }) {
  const { start, more, isPending } = useStart({ connector }, label, true);
  return (
    <>
      <Select
        label={label}
        hideLabel
        placeholder="Choose"
        isDisabled={isPending}
        options={acts.map((act) => ({ value: act.name, label: act.title, note: act.consequence ?? undefined }))}
        value={current}
        onChange={(name) => {
          const act = acts.find((one) => one.name === name);
          if (act && name !== current) start(act);
        }}
      />
      {more}
    </>
  );
}
