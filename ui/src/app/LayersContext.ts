import { createContext, useContext } from "react";
import { type KnownServer } from "@/features/connectors/knownServer";
import { type CreateStart } from "@/features/create/createStart";
import { type AuthorizationId, type Connector } from "@/host/bindings";

/** The layers over the pages that more than one feature opens. */
export type Layers = {
  /** Adds a connector: to this computer where an address is given or there is no other account, else asks where. */
  add: (address?: string, known?: KnownServer) => void;
  /** Creates a connector on an account, from where that begins. */
  create: (start: CreateStart) => void;
  /** The dialog that adds an account of a hosted platform. */
  addAccount: () => void;
  /** Starts a sign-in, or shows the one under way. */
  signIn: (connector: Connector) => void;
  /** Shows a sign-in. */
  showAuthorization: (id: AuthorizationId) => void;
  openPalette: (prefix?: string) => void;
  openKeys: () => void;
};

export const LayersContext = createContext<Layers | null>(null);

/** The layers over the pages. */
export function useLayers(): Layers {
  const layers = useContext(LayersContext);
  if (!layers) throw new Error("LayersContext is missing");
  return layers;
}
