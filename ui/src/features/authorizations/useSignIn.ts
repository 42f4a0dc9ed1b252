import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { isInProgress } from "@/components/connectorStatus";
import { type AuthorizationId, commands, type Connector, type Form, type Json, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { upsertAuthorization } from "@/host/events";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";

/** What the sign-in dialog shows: a consent, one that is being asked for, or one that could not begin. */
export type Shown =
  | { kind: "authorization"; id: AuthorizationId }
  | { kind: "starting"; connector: Connector }
  | { kind: "choosing"; connector: Connector; form: Form }
  | { kind: "refused"; connector: Connector; problem: Problem };

export type SignIn = {
  shown: Shown | null;
  /** Starts a consent, or shows the one under way for that connector; asks first where there is something to choose. */
  start: (connector: Connector) => void;
  /** Starts it at the authorization server that was agreed to in place of the one before. */
  startAt: (connector: Connector, acceptIssuer: string) => void;
  /** Starts it with what was chosen. */
  choose: (connector: Connector, choices: Json) => void;
  show: (id: AuthorizationId) => void;
  /** Hides the dialog; the consent goes on. */
  hide: () => void;
};

/** The one sign-in dialog of the window. */
export function useSignIn(): SignIn {
  const client = useQueryClient();
  const [shown, setShown] = useState<Shown | null>(null);
  const { mutate } = useCommand({
    mutationFn: async ({
      connector,
      choices = null,
      acceptIssuer,
    }: {
      connector: Connector;
      choices?: Json;
      acceptIssuer?: string;
    }) => {
      const latest = await client.fetchQuery({ ...queries.authorizations(), staleTime: 0 });
      const waiting = latest.find((one) => one.connector === connector.id && isInProgress(one.state));
      if (waiting) return waiting;
      const form =
        choices === null && abilitiesOf(connector).hasConsentForm
          ? await call(commands.consentForm(connector.id))
          : null;
      return (
        form ??
        call(
          commands.startAuthorization({
            connector: connector.id,
            redirect: null,
            timeoutSeconds: null,
            choices,
            ...(acceptIssuer && { acceptIssuer }),
          }),
        )
      );
    },
    update: (_client, answer, { connector }) => {
      if ("schema" in answer) {
        setShown((now) =>
          now?.kind === "starting" && now.connector.id === connector.id
            ? { kind: "choosing", connector, form: answer }
            : now,
        );
        return;
      }
      const authorization = answer;
      upsertAuthorization(client, authorization);
      // Whoever hid the dialog meanwhile does not want it back.
      setShown((now) =>
        now?.kind === "starting" && now.connector.id === connector.id
          ? { kind: "authorization", id: authorization.id }
          : now,
      );
    },
    onProblem: (_client, thrown, { connector }) =>
      setShown((now) => (now?.kind === "starting" ? { kind: "refused", connector, problem: asProblem(thrown) } : now)),
  });
  const start = useCallback(
    (connector: Connector) => {
      setShown({ kind: "starting", connector });
      mutate({ connector });
    },
    [mutate],
  );
  const startAt = useCallback(
    (connector: Connector, acceptIssuer: string) => {
      setShown({ kind: "starting", connector });
      mutate({ connector, acceptIssuer });
    },
    [mutate],
  );
  const choose = useCallback(
    (connector: Connector, choices: Json) => {
      setShown({ kind: "starting", connector });
      mutate({ connector, choices });
    },
    [mutate],
  );
  const show = useCallback((id: AuthorizationId) => setShown({ kind: "authorization", id }), []);
  const hide = useCallback(() => setShown(null), []);
  return { shown, start, startAt, choose, show, hide };
}
