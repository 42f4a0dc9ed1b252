import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isInProgress } from "@/components/connectorStatus";
import { isSignInAction } from "@/components/nextAction";
import { type SignInStart, type StartSignIn } from "@/components/signInStart";
import { type AuthorizationId, type AuthorizationState, type Connector, type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { capital } from "@/lib/words";
import { type Outcome } from "./useBulk";

type Props = { onSignIn: StartSignIn; onOutcome: (id: ConnectorId, outcome: Outcome) => void };

const failureWords: Partial<Record<AuthorizationState, string>> = {
  denied: "Sign-in denied",
  expired: "Sign-in timed out",
  cancelled: "Sign-in cancelled",
};

/** Signs in to several connectors one after the other, because each takes the user to the browser. */
export function useConnectQueue({ onSignIn, onOutcome }: Props) {
  const client = useQueryClient();
  const [left, setLeft] = useState(0);
  const stopping = useRef(new AbortController());
  // Nothing could stop it once the page with its button is left.
  useEffect(() => () => stopping.current.abort(), []);

  const start = async (connectors: Connector[]) => {
    const eligible = connectors.filter((one) => isSignInAction(one.nextAction));
    const fail = ({ id }: Connector, words: string) => onOutcome(id, { state: "failed", words });
    for (const one of connectors) {
      if (eligible.includes(one)) onOutcome(one.id, { state: "running", words: "Waiting" });
      else fail(one, one.status.status === "ready" ? "Already connected" : "No browser sign-in");
    }
    stopping.current = new AbortController();
    const { signal } = stopping.current;
    for (const [index, one] of eligible.entries()) {
      if (signal.aborted) {
        fail(one, "Not signed in");
        continue;
      }
      setLeft(eligible.length - index);
      onOutcome(one.id, { state: "running", words: "Signing in" });
      const failure = await signIn(one, signal);
      if (failure === null) onOutcome(one.id, { state: "done", words: "Signed in" });
      else fail(one, failure);
    }
    setLeft(0);
  };

  /** Returns why a sign-in failed, or `null`. */
  const signIn = async (connector: Connector, signal: AbortSignal): Promise<string | null> => {
    const start = await new Promise<SignInStart | null>((resolve) => {
      signal.addEventListener("abort", () => resolve(null), { once: true });
      onSignIn(connector, resolve);
    });
    if (start?.kind === "refused") return capital(start.problem.message);
    if (start?.kind === "cancelled") return "Sign-in cancelled";
    const state = start && (await waitForEnd(client, start.id, signal));
    if (state === null) return "Sign-in continues";
    return state === "authorized" ? null : (failureWords[state] ?? "Sign-in failed");
  };

  return { start: (connectors: Connector[]) => void start(connectors), stop: () => stopping.current.abort(), left };
}

/** Waits for a sign-in to end. Returns its state, or `null` if the wait is aborted. */
function waitForEnd(client: QueryClient, id: AuthorizationId, signal: AbortSignal): Promise<AuthorizationState | null> {
  const { queryKey } = queries.authorization(id);
  return new Promise((resolve) => {
    const check = () => {
      const state = client.getQueryData(queryKey)?.state;
      const hasEnded = state !== undefined && !isInProgress(state);
      if (!hasEnded && !signal.aborted) return;
      unsubscribe();
      signal.removeEventListener("abort", check);
      resolve(hasEnded ? state : null);
    };
    const unsubscribe = client.getQueryCache().subscribe(check);
    signal.addEventListener("abort", check);
    check();
  });
}
