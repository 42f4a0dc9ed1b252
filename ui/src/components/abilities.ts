import { type Connector, platforms } from "@/host/bindings";

/** The abilities of the platform of a connector or a run. */
export function abilitiesOf({ identity }: Pick<Connector, "identity">) {
  return platforms[identity.platform].abilities;
}

/** Whether a connector can be checked; not while it is turned off here. */
export function canCheck(connector: Connector): boolean {
  return connector.status.status !== "disabled" || !abilitiesOf(connector).configuredHere;
}

/** Whether a connector can be copied to another account. Programs of this computer can't run there. */
export function canCopy(connector: Connector): boolean {
  return connector.command == null;
}
