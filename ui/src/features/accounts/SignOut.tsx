import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Account } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./AccountPage.module.css";
import { useSignOut } from "./useAccountActions";

type Props = { account: Account; title: string };

/** Forgets the secrets of an account, after it was asked whether that is meant. */
export function SignOut({ account, title }: Props) {
  const [asks, setAsks] = useState(false);
  const signOut = useSignOut();
  const submit = () => signOut.mutate(account.id, { onSuccess: () => setAsks(false) });
  return (
    <section className={styles.section} aria-label="Sign out">
      <h2>Sign out</h2>
      <p className="text2">Deletes the key and keeps the account.</p>
      <div className={styles.actions}>
        <Button icon="power" onPress={() => setAsks(true)}>
          Sign out
        </Button>
      </div>
      {asks && (
        <Dialog
          alert
          title={`Sign out of ${account.label}?`}
          mark={<PlatformTile platform={account.platform} colour={account.colour} />}
          subtitle={account.baseUrl ?? title}
          onClose={() => setAsks(false)}
          footer={
            <>
              <Button autoFocus onPress={() => setAsks(false)}>
                Cancel
              </Button>
              <Button look="danger" isPending={signOut.isPending} onPress={submit}>
                Sign out
              </Button>
            </>
          }
        >
          <p>
            The key is deleted unless it's a saved credential. Connectors and runs stay, but don't update until you sign
            in. To revoke the key, go to {title}.
          </p>
          {signOut.error && <ProblemNotice problem={asProblem(signOut.error)} onRetry={submit} />}
        </Dialog>
      )}
    </section>
  );
}
