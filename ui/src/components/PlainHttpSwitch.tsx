import { Switch } from "./Switch";

type Props = { isSelected: boolean; onChange: (selected: boolean) => void };

/** Confirms that credentials may be sent unencrypted, with a warning. */
export function PlainHttpSwitch(props: Props) {
  return (
    <Switch
      {...props}
      help="This address uses http. Anyone on the network can read and use the credentials. Turn this on only in a network you trust."
    >
      Allow plain http
    </Switch>
  );
}
