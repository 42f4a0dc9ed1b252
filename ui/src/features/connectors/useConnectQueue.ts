import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { isInProgress } from "@/components/connectorStatus";
import { isSignInAction } from "@/components/nextAction";
import { type Authorization, type AuthorizationState, type Connector, type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { type Outcome } from "./useBulk";

type Props = { onSignIn: (connector: Connector) => void; onOutcome: (id: ConnectorId, outcome: Outcome) => void };

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
      onSignIn(one);
      const state = await waitForEnd(client, one.id, signal);
      if (state === "authorized") onOutcome(one.id, { state: "done", words: "Signed in" });
      else fail(one, state === null ? "Sign-in continues" : (failureWords[state] ?? "Sign-in failed"));
    }
    setLeft(0);
  };

  return { start: (connectors: Connector[]) => void start(connectors), stop: () => stopping.current.abort(), left };
}

/** Waits for the next sign-in of a connector to end. Returns its state, or `null` if the wait is aborted. */
function waitForEnd(
  client: QueryClient,
  connector: ConnectorId,
  signal: AbortSignal,
): Promise<Authorization["state"] | null> {
  const { queryKey } = queries.authorizations();
  const before = new Set(endedAuthorizations(client.getQueryData(queryKey), connector).map(({ id }) => id));
  return new Promise((resolve) => {
    const check = () => {
      const fresh = endedAuthorizations(client.getQueryData(queryKey), connector).find(({ id }) => !before.has(id));
      if (!fresh && !signal.aborted) return;
      unsubscribe();
      signal.removeEventListener("abort", check);
      resolve(fresh?.state ?? null);
    };
    const unsubscribe = client.getQueryCache().subscribe(check);
    signal.addEventListener("abort", check);
  });
}

function endedAuthorizations(authorizations: Authorization[] | undefined, connector: ConnectorId): Authorization[] {
  return (authorizations ?? []).filter((one) => one.connector === connector && !isInProgress(one.state));
}
