import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Action, type Connector, type Control } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { type PendingAction } from "./ActionDialog";
import { opensDialog } from "./actions";
import styles from "./Hosted.module.css";
import { useRunAction } from "./useHosted";

type Props = { connector: Connector; onAsk: (pending: PendingAction) => void };

export type SwitchControl = Extract<Control, { kind: "switch" }>;

/** Runs an action at once, or opens its dialog where it takes input or a confirmation. */
function useStartAction({ connector, onAsk }: Props) {
  const run = useRunAction(connector);
  const start = (action: Action, of: string | null, isChoice = false) => {
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

export function ActionButton({ action, ...props }: Props & { action: Action }) {
  const { start, failure, isPending } = useStartAction(props);
  return (
    <>
      <Button isPending={isPending} onPress={() => start(action, null)}>
        {action.title}
      </Button>
      {failure}
    </>
  );
}

/** Switches whose state is unknown: one menu to turn them on, and one to turn them off. */
export function ActionMenus({ switches, ...props }: Props & { switches: SwitchControl[] }) {
  return (["turnOn", "turnOff"] as const).flatMap((direction) => {
    const titleOf = (one: SwitchControl) => `${one[direction].title}${one.isMain ? " for" : ""}`;
    return [...new Set(switches.map(titleOf))].map((title) => (
      <ActionMenu
        key={title}
        {...props}
        title={title}
        targets={switches
          .filter((one) => titleOf(one) === title)
          .map((one) => ({ label: one.label, action: one[direction] }))}
      />
    ));
  });
}

/** Turns several switches in one direction. Only this menu is disabled meanwhile, so that the other stays usable. */
function ActionMenu({
  title,
  targets,
  ...props
}: Props & { title: string; targets: { label: string; action: Action }[] }) {
  const { start, failure, isPending } = useStartAction(props);
  return (
    <>
      <Menu
        label={title}
        trigger={
          <Button endIcon="chevron-down" isDisabled={isPending}>
            {title}…
          </Button>
        }
        actions={targets.map(({ label, action }) => ({ id: action.name, label, onAction: () => start(action, label) }))}
      />
      {failure}
    </>
  );
}

/** A switch whose directions are actions. It moves once the platform has done so. */
export function ActionSwitch({
  label,
  isOn,
  turnOn,
  turnOff,
  ...props
}: Props & { label: string; isOn: boolean; turnOn: Action; turnOff: Action }) {
  const { start, failure, isPending } = useStartAction(props);
  return (
    <>
      <Switch isSelected={isOn} isDisabled={isPending} onChange={(on) => start(on ? turnOn : turnOff, label)}>
        {label}
      </Switch>
      {failure}
    </>
  );
}

export function ActionChoice({
  label,
  current,
  actions,
  ...props
}: Props & { label: string; current: string | null; actions: Action[] }) {
  const { start, failure, isPending } = useStartAction(props);
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
          if (action && name !== current) start(action, label, true);
        }}
      />
      {failure}
    </>
  );
}
