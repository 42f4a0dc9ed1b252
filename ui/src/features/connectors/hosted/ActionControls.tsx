import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Act, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { type PendingAction } from "./ActionDialog";
import styles from "./Hosted.module.css";
import { useRunAction } from "./useHosted";

type Props = { connector: Connector; onAsk: (asked: PendingAction) => void };

/** Whether an act needs a word with the user before it is carried out. */
function needsConfirmation(act: Act): boolean {
  return act.asks !== null || act.consequence !== null || act.effect === "destructive" || act.effect === "irreversible";
}

/** Carries out an act at once, or has it asked first where there is something to ask or to know. */
function useStartAction({ connector, onAsk }: Props, of: string | null, isChoice = false) {
  const run = useRunAction(connector);
  const start = (act: Act) => {
    if (needsConfirmation(act)) onAsk({ act, of, isChoice });
    else run.mutate({ act, values: null, confirmed: false });
  };
  const failure = run.error && (
    <div className={styles.failure}>
      <ProblemNotice problem={asProblem(run.error)} />
    </div>
  );
  return { start, failure, isPending: run.isPending };
}

/** A button that carries out an act, `of` the control that it is one way of. */
export function ActionButton({ act, of = null, ...props }: Props & { act: Act; of?: string | null }) {
  const { start, failure, isPending } = useStartAction(props, of);
  return (
    <>
      <Button isPending={isPending} onPress={() => start(act)}>
        {act.title}
      </Button>
      {failure}
    </>
  );
}

/** A switch whose two ways are acts; it moves when the platform has moved. */
export function ActionSwitch({
  label,
  isOn,
  turnOn,
  turnOff,
  ...props
}: Props & { label: string; isOn: boolean; turnOn: Act; turnOff: Act }) {
  const { start, failure, isPending } = useStartAction(props, label);
  return (
    <>
      <Switch isSelected={isOn} isDisabled={isPending} onChange={(on) => start(on ? turnOn : turnOff)}>
        {label}
      </Switch>
      {failure}
    </>
  );
}

/** One of several, each an act. */
export function ActionChoice({
  label,
  current,
  acts,
  ...props
}: Props & { label: string; current: string | null; acts: Act[] }) {
  const { start, failure, isPending } = useStartAction(props, label, true);
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
      {failure}
    </>
  );
}
