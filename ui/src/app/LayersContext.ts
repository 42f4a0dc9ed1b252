import { createContext, useContext } from "react";
import { type StartSignIn } from "@/components/signInStart";
import { type KnownServer } from "@/features/connectors/knownServer";
import { type CreateStart } from "@/features/create/createStart";
import { type AuthorizationId } from "@/host/bindings";

/** Opens dialogs from any feature. */
export type Layers = {
  /**
   * Adds a connector. An address goes to this computer, as does anything while it is the only account; else asks where.
   */
  add: (address?: string, known?: KnownServer) => void;
  create: (start: CreateStart) => void;
  /** Opens the dialog that adds an account of a hosted platform. */
  addAccount: () => void;
  signIn: StartSignIn;
  showAuthorization: (id: AuthorizationId) => void;
  openPalette: (prefix?: string) => void;
  openKeys: () => void;
};

export const LayersContext = createContext<Layers | null>(null);

export function useLayers(): Layers {
  const layers = useContext(LayersContext);
  if (!layers) throw new Error("LayersContext is missing");
  return layers;
}
