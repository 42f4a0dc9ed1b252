import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { isInProgress } from "@/components/connectorStatus";
import { type Fix } from "@/components/FixContext";
import { type SignInStart } from "@/components/signInStart";
import { type AuthorizationId, commands, type Connector, type Form, type Json, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { upsertAuthorization } from "@/host/events";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { isObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";

type OnStart = (start: SignInStart) => void;

/** The content of the sign-in dialog. */
type Shown =
  | { kind: "authorization"; id: AuthorizationId; options?: Options }
  | { kind: "starting"; connector: Connector }
  | { kind: "choosing"; connector: Connector; form: Form; onStart?: OnStart }
  | { kind: "refused"; connector: Connector; problem: Problem };

/** Options of an authorization that started without asking. */
export type Options = { connector: Connector; form: Form };

export type SignIn = ReturnType<typeof useSignIn>;

type Input = {
  connector: Connector;
  /** The chosen options; without them, they may have to be asked for first. */
  choices?: Json;
  /** The new issuer that the user accepted. */
  acceptIssuer?: string;
  /** Called once it is known whether the sign-in started, even if the dialog was hidden meanwhile. */
  onStart?: OnStart;
};

/** The sign-in that is shown, and how to start another. */
export function useSignIn() {
  const client = useQueryClient();
  const [shown, setShownState] = useState<Shown | null>(null);
  const latest = useRef<Shown | null>(null);
  const setShown = useCallback((next: Shown | null) => {
    const left = latest.current;
    latest.current = next;
    setShownState(next);
    const goesOn = next?.kind === "starting" && left?.kind === "choosing" && next.connector.id === left.connector.id;
    if (left?.kind === "choosing" && !goesOn) left.onStart?.({ kind: "cancelled" });
  }, []);
  // The user may have hidden the dialog before the response.
  const isStarting = ({ id }: Connector) => latest.current?.kind === "starting" && latest.current.connector.id === id;
  const [retry, setRetry] = useState<Fix | null>(null);
  const { mutate } = useCommand({
    mutationFn: async ({ connector, choices = null, acceptIssuer }: Input) => {
      const latest = await client.fetchQuery({ ...queries.authorizations(), staleTime: 0 });
      const running = latest.filter((one) => one.connector === connector.id && isInProgress(one.state));
      // One that waits without a page does so in another process, where nothing here reaches it.
      const waiting = running.find((one) => one.state !== "awaiting_user" || one.pageHost !== null);
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
          // A connector that signs in here has its own redirect setting.
          redirect: abilitiesOf(connector).signsInHere ? null : (preferences?.hostedRedirect ?? null),
          timeoutSeconds: null,
          choices: form ? form.values : choices,
          ...(acceptIssuer && { acceptIssuer }),
        }),
      );
      return { form, authorization };
    },
    update: (_client, { form, authorization }, { connector, onStart }) => {
      if (authorization) {
        const { id } = authorization;
        upsertAuthorization(client, authorization);
        if (isStarting(connector))
          // One of several waits for its end before the next: it does not begin anew with other options.
          setShown({ kind: "authorization", id, ...(form && !onStart && { options: { connector, form } }) });
        onStart?.({ kind: "started", id });
      } else if (form && isStarting(connector)) setShown({ kind: "choosing", connector, form, onStart });
      else onStart?.({ kind: "cancelled" });
    },
    onProblem: (_client, thrown, { connector, onStart }) => {
      const problem = asProblem(thrown);
      if (isStarting(connector)) setShown({ kind: "refused", connector, problem });
      onStart?.({ kind: "refused", problem });
    },
  });
  const { mutate: cancel } = useCommand({ command: commands.cancelAuthorization });
  const begin = useCallback(
    (input: Input) => {
      setShown({ kind: "starting", connector: input.connector });
      mutate(input);
    },
    [mutate, setShown],
  );
  const start = useCallback(
    (connector: Connector, next: Fix | null = null, onStart?: OnStart) => {
      setRetry(next);
      begin({ connector, onStart });
    },
    [begin],
  );
  const reconsider = useCallback(
    (id: AuthorizationId, { connector, form }: Options) => {
      setShown({ kind: "choosing", connector, form });
      cancel(id);
    },
    [cancel, setShown],
  );
  const show = useCallback((id: AuthorizationId) => setShown({ kind: "authorization", id }), [setShown]);
  const hide = useCallback(() => {
    setShown(null);
    setRetry(null);
  }, [setShown]);
  return {
    shown,
    /** The action that needed the sign-in, offered again after it. */
    retry,
    /** Starts an authorization, or shows the one in progress. Keeps the action to offer again. */
    begin,
    /** Begins anew, with the action to offer again, if any. Asks for options first if some are required. */
    start,
    /** Cancels an authorization that started without asking, to choose options first. */
    reconsider,
    show,
    /** Hides the dialog; the authorization continues. */
    hide,
  };
}

/**
 * Whether to ask for options first: if a required one has no value, or the connector already works and needs no sign-in
 * otherwise.
 */
function hasToChoose(connector: Connector, form: Form): boolean {
  const values = isObject(form.values) ? form.values : {};
  const schema = schemaOf(form.schema);
  const required: unknown[] = isObject(schema) && Array.isArray(schema.required) ? schema.required : [];
  return connector.status.status === "ready" || !required.every((name) => String(name) in values);
}
