import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { isInProgress } from "@/components/connectorStatus";
import { type Fix } from "@/components/FixContext";
import { type AuthorizationId, commands, type Connector, type Form, type Json, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { upsertAuthorization } from "@/host/events";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { isObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";

/** What the sign-in dialog shows: a consent, one that is being asked for, or one that could not begin. */
export type Shown =
  | { kind: "authorization"; id: AuthorizationId; options?: Options }
  | { kind: "starting"; connector: Connector }
  | { kind: "choosing"; connector: Connector; form: Form }
  | { kind: "refused"; connector: Connector; problem: Problem };

/** What could have been chosen before a consent that began without asking. */
export type Options = { connector: Connector; form: Form };

export type SignIn = {
  shown: Shown | null;
  /** What failed for want of the sign-in that is shown, offered where that goes well. */
  then: Fix | null;
  /** Starts a consent, or shows the one under way for that connector; asks first where something has to be chosen. */
  start: (connector: Connector, then?: Fix | null) => void;
  /** Starts it at the authorization server that was agreed to in place of the one before. */
  startAt: (connector: Connector, acceptIssuer: string) => void;
  /** Starts it with what was chosen. */
  choose: (connector: Connector, choices: Json) => void;
  /** Ends the consent that began without asking, to choose first. */
  reconsider: (id: AuthorizationId, options: Options) => void;
  show: (id: AuthorizationId) => void;
  /** Hides the dialog; the consent goes on. */
  hide: () => void;
};

/** The one sign-in dialog of the window. */
export function useSignIn(): SignIn {
  const client = useQueryClient();
  const [shown, setShown] = useState<Shown | null>(null);
  const [then, setThen] = useState<Fix | null>(null);
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
      if (waiting) return { form: null, authorization: waiting };
      const form =
        choices === null && abilitiesOf(connector).hasConsentForm
          ? await call(commands.consentForm(connector.id))
          : null;
      if (form && hasToChoose(connector, form)) return { form, authorization: null };
      const preferences = client.getQueryData(queries.preferences().queryKey);
      const authorization = await call(
        commands.startAuthorization({
          connector: connector.id,
          // One that signs in here has a setting of its own.
          redirect: abilitiesOf(connector).signsInHere ? null : (preferences?.hostedRedirect ?? null),
          timeoutSeconds: null,
          choices: form ? form.values : choices,
          ...(acceptIssuer && { acceptIssuer }),
        }),
      );
      return { form, authorization };
    },
    update: (_client, { form, authorization }, { connector }) => {
      if (authorization) upsertAuthorization(client, authorization);
      // Whoever hid the dialog meanwhile does not want it back.
      setShown((now) => {
        if (now?.kind !== "starting" || now.connector.id !== connector.id) return now;
        if (!authorization) return form && { kind: "choosing", connector, form };
        return { kind: "authorization", id: authorization.id, ...(form && { options: { connector, form } }) };
      });
    },
    onProblem: (_client, thrown, { connector }) =>
      setShown((now) => (now?.kind === "starting" ? { kind: "refused", connector, problem: asProblem(thrown) } : now)),
  });
  const { mutate: cancel } = useCommand({
    mutationFn: (id: AuthorizationId) => call(commands.cancelAuthorization(id)),
  });
  const start = useCallback(
    (connector: Connector, next: Fix | null = null) => {
      setShown({ kind: "starting", connector });
      setThen(next);
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
  const reconsider = useCallback(
    (id: AuthorizationId, { connector, form }: Options) => {
      setShown({ kind: "choosing", connector, form });
      cancel(id);
    },
    [cancel],
  );
  const show = useCallback((id: AuthorizationId) => setShown({ kind: "authorization", id }), []);
  const hide = useCallback(() => {
    setShown(null);
    setThen(null);
  }, []);
  return { shown, then, start, startAt, choose, reconsider, show, hide };
}

/** Whoever signs in for the first time wants the page; one more sign-in of a connector that works is for a choice. */
function hasToChoose(connector: Connector, form: Form): boolean {
  const values = isObject(form.values) ? form.values : {};
  const schema = schemaOf(form.schema);
  const required: unknown[] = isObject(schema) && Array.isArray(schema.required) ? schema.required : [];
  return connector.status.status === "ready" || !required.every((name) => String(name) in values);
}
