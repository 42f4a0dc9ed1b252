import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { type Authorization } from "@/host/bindings";
import { lastError } from "@/host/useCommand";
import { countdown } from "@/lib/time";
import styles from "./Authorization.module.css";
import { PasteAddress } from "./PasteAddress";
import { type useAuthorizationActions } from "./useAuthorizationActions";
import { useCountdown } from "./useCountdown";

type Props = { authorization: Authorization; actions: ReturnType<typeof useAuthorizationActions> };

/** The step in which the browser is open: the countdown, and ways to continue. */
export function WaitingForUser({ authorization, actions }: Props) {
  const { openPage, copyPage, extend, finish } = actions;
  const left = useCountdown(authorization.deadlineAt);
  const whole = (new Date(authorization.deadlineAt).getTime() - new Date(authorization.startedAt).getTime()) / 1000;
  const { newScopes, noBrowser, reusesRegistration, pageHost: host } = authorization;
  const open = () => {
    if (!openPage.isPending) openPage.mutate();
  };
  const copy = () => {
    if (!copyPage.isPending) copyPage.mutate();
  };
  useShortcut({ keys: "signIn.open", run: open });
  useShortcut(host ? { keys: "signIn.copy", run: copy } : null);
  const problem = lastError(finish, openPage, copyPage, extend);
  return (
    <>
      <div className="text2">
        {host ? (
          <>
            Sign in at{" "}
            <span className="medium" data-selectable>
              {host}
            </span>{" "}
            and choose Allow.
          </>
        ) : (
          "Sign in and choose Allow."
        )}{" "}
        Patchbay continues automatically.
      </div>
      {noBrowser && (
        <Notice role="alert" glyph="failing" title="Couldn't open a browser">
          Copy the link and open it yourself. Then paste the final address.
        </Notice>
      )}
      {Boolean(newScopes?.length) && (
        <div className="text2">
          It asks for more than before:{" "}
          <span className="medium" data-selectable>
            {newScopes?.join(", ")}
          </span>
        </div>
      )}
      {reusesRegistration && (
        <div className="text2 small">
          If the page doesn't know Patchbay, cancel and sign in again: that registers it again.
        </div>
      )}
      <div className={styles.clock}>
        <div
          className={styles.bar}
          role="progressbar"
          aria-label="Time left to sign in"
          aria-valuemin={0}
          aria-valuemax={Math.round(whole)}
          aria-valuenow={Math.round(left)}
          aria-valuetext={`${countdown(left)} left`}
        >
          <i style={{ width: `${Math.min(100, (left / Math.max(1, whole)) * 100)}%` }} />
        </div>
        <span aria-hidden="true">{countdown(left)} left</span>
      </div>
      <div className={styles.buttons}>
        <Button
          look="primary"
          icon="external-link"
          keys="signIn.open"
          autoFocus
          onPress={open}
          isPending={openPage.isPending}
        >
          Open browser again
        </Button>
        <Button icon="copy" keys="signIn.copy" isDisabled={!host} onPress={copy} isPending={copyPage.isPending}>
          Copy link
        </Button>
        <Button look="quiet" onPress={() => extend.mutate()} isPending={extend.isPending}>
          Add 5 minutes
        </Button>
      </div>
      {/* On a platform's own page, no redirect leads back here. */}
      {abilitiesOf(authorization).signsInHere && <PasteAddress finish={finish} />}
      <ErrorNotice error={problem} />
    </>
  );
}
