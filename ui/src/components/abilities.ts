import { type Connector, platforms } from "@/host/bindings";

/** What can be done with a connector, or with what it answered, as far as its platform alone tells. */
export function abilitiesOf({ identity }: Pick<Connector, "identity">) {
  return platforms[identity.platform].abilities;
}

/** Whether a connector can be checked: not while it is turned off here. */
export function canCheck(connector: Connector): boolean {
  return connector.status.status !== "disabled" || !abilitiesOf(connector).configuredHere;
}
