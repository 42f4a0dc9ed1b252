import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Action, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { type PendingAction } from "./ActionDialog";
import { opensDialog } from "./actions";
import styles from "./Hosted.module.css";
import { useRunAction } from "./useHosted";

type Props = { connector: Connector; onAsk: (asked: PendingAction) => void };

/** Carries out an action at once, or has it asked first where there is something to ask or to know. */
function useStartAction({ connector, onAsk }: Props, of: string | null, isChoice = false) {
  const run = useRunAction(connector);
  const start = (action: Action) => {
    if (opensDialog(action)) onAsk({ action, of, isChoice });
    else run.mutate({ action, values: null, confirmed: false });
  };
  const failure = run.error && (
    <div className={styles.failure}>
      <ProblemNotice problem={asProblem(run.error)} />
    </div>
  );
  return { start, failure, isPending: run.isPending };
}

/** A button that carries out an action, `of` the control that it is one way of. */
export function ActionButton({ action, of = null, ...props }: Props & { action: Action; of?: string | null }) {
  const { start, failure, isPending } = useStartAction(props, of);
  return (
    <>
      <Button isPending={isPending} onPress={() => start(action)}>
        {action.title}
      </Button>
      {failure}
    </>
  );
}

/** A switch whose two ways are actions; it moves when the platform has moved. */
export function ActionSwitch({
  label,
  isOn,
  turnOn,
  turnOff,
  ...props
}: Props & { label: string; isOn: boolean; turnOn: Action; turnOff: Action }) {
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

/** One of several, each an action. */
export function ActionChoice({
  label,
  current,
  actions,
  ...props
}: Props & { label: string; current: string | null; actions: Action[] }) {
  const { start, failure, isPending } = useStartAction(props, label, true);
  return (
    <>
      <Select
        label={label}
        hideLabel
        placeholder="Choose"
        isDisabled={isPending}
        options={actions.map((action) => ({
          value: action.name,
          label: action.title,
          note: action.warning ?? undefined,
        }))}
        value={current}
        onChange={(name) => {
          const action = actions.find((one) => one.name === name);
          if (action && name !== current) start(action);
        }}
      />
      {failure}
    </>
  );
}
