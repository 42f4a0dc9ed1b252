import { type AccountId } from "@/host/bindings";
import { stateKey } from "@/host/clientState";

/** The account by which the list of connectors was last filtered; a connector's page leads back to it. */
export const listedAccount = stateKey<AccountId | null>(null, "listed-account");
