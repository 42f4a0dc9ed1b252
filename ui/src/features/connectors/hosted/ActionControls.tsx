import { Button } from "@/components/Button";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Menu } from "@/components/Menu";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Action, type Connector, type Control } from "@/host/bindings";
import { useToasts } from "@/host/toasts";
import { type PendingAction } from "./ActionDialog";
import styles from "./Hosted.module.css";
import { opensDialog, useRunAction } from "./useHosted";

type SwitchControl = Extract<Control, { kind: "switch" }>;

/** Turns several switches in one direction. */
type MenuControl = { kind: "menu"; title: string; targets: { label: string; action: Action }[] };

type Props = { connector: Connector; onAsk: (pending: PendingAction) => void; control: Control | MenuControl };

/**
 * A control that runs actions: at once, or by a dialog where they take input or a confirmation. It starts no other
 * until the platform has responded, and keeps the focus meanwhile; other controls stay usable.
 */
export function ActionControl({ connector, onAsk, control }: Props) {
  const { mutate, error, isPending, variables } = useRunAction(connector);
  const { announce } = useToasts();
  const start = (action: Action, of: string | null, isChoice = false) => {
    if (isPending) return;
    if (opensDialog(action)) return onAsk({ action, of, isChoice });
    if (of !== null) announce(`Changing ${of}`);
    mutate({ action, values: null, confirmed: false });
  };
  const field = () => {
    switch (control.kind) {
      case "button":
        return (
          <Button isPending={isPending} onPress={() => start(control.action, null)}>
            {control.action.title}
          </Button>
        );
      case "menu":
        return (
          <Menu
            label={control.title}
            trigger={
              <Button endIcon="chevron-down" isDisabled={isPending}>
                {control.title}…
              </Button>
            }
            actions={control.targets.map(({ label, action }) => ({
              id: action.name,
              label,
              onAction: () => start(action, label),
            }))}
          />
        );
      case "switch":
        return (
          <Switch
            isSelected={isPending ? variables.action.name === control.turnOn.name : (control.isOn ?? false)}
            isPending={isPending}
            onChange={(on) => start(on ? control.turnOn : control.turnOff, control.label)}
          >
            {control.label}
          </Switch>
        );
      case "choice":
        return (
          <Select
            label={control.label}
            hideLabel
            placeholder="Choose"
            options={control.actions.map(({ name, title, warning }) => ({
              value: name,
              label: title,
              note: warning ?? undefined,
            }))}
            value={control.current}
            onChange={(name) => {
              const action = control.actions.find((one) => one.name === name);
              if (action && name !== control.current) start(action, control.label, true);
            }}
          />
        );
    }
  };
  return (
    <>
      {field()}
      <ErrorNotice className={styles.failure} error={error} />
    </>
  );
}

/** The controls to show: switches whose state is unknown become one menu to turn them on, and one to turn them off. */
export function shownControls(controls: Control[]): (Control | MenuControl)[] {
  const isUnknown = (control: Control): control is SwitchControl => control.kind === "switch" && control.isOn === null;
  const unknown = controls.filter(isUnknown);
  const menus = (["turnOn", "turnOff"] as const).flatMap((direction) => {
    const titleOf = (one: SwitchControl) => `${one[direction].title}${one.isMain ? " for" : ""}`;
    return [...new Set(unknown.map(titleOf))].map((title): MenuControl => ({
      kind: "menu",
      title,
      targets: unknown
        .filter((one) => titleOf(one) === title)
        .map((one) => ({ label: one.label, action: one[direction] })),
    }));
  });
  return [...controls.filter((control) => !isUnknown(control)), ...menus];
}

/** Identifies a control of a group. */
export function controlKey(control: Control | MenuControl): string {
  switch (control.kind) {
    case "button":
      return control.action.name;
    case "menu":
      return control.title;
    case "switch":
      return control.turnOn.name;
    case "choice":
      return control.actions[0]?.name ?? control.kind;
  }
}
