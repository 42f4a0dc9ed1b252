import { Switch } from "./Switch";

type Props = { isSelected: boolean; onChange: (selected: boolean) => void };

/** Insists on an address to which credentials go unencrypted, with what that means. */
export function PlainHttpSwitch(props: Props) {
  return (
    <Switch {...props} help="The address begins with http. Anyone on the way to this server can read what it signs in with, and use it. Turn this on only in a network that you trust.">
      Send credentials without encryption
    </Switch>
  );
}
