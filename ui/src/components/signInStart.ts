import { type AuthorizationId, type Connector, type Problem } from "@/host/bindings";

/** Whether a sign-in started. It does not if it is refused, or the user closes its options. */
export type SignInStart =
  { kind: "started"; id: AuthorizationId } | { kind: "refused"; problem: Problem } | { kind: "cancelled" };

/** Starts a sign-in, or shows the one in progress. `onStart` is called once it is known whether it started. */
export type StartSignIn = (connector: Connector, onStart?: (start: SignInStart) => void) => void;
