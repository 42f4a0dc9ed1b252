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
      <p className="text2">Forgets the saved key. The account and its rows stay, and a new key signs it in again.</p>
      <div className={styles.actions}><Button icon="power" onPress={() => setAsks(true)}>Sign out</Button></div>
      {asks && (
        <Dialog
          alert
          title={`Sign out of ${account.label}?`}
          mark={<PlatformTile platform={account.platform} colour={account.colour} />}
          subtitle={account.baseUrl ?? title}
          onClose={() => setAsks(false)}
          footer={
            <>
              <Button autoFocus onPress={() => setAsks(false)}>Stay signed in</Button>
              <Button look="danger" isPending={signOut.isPending} onPress={submit}>Sign out</Button>
            </>
          }
        >
          <p>
            The saved key is deleted from this computer; one that lies in the wallet stays there. Its connectors stay in the list as they were last
            seen, with their tags, favourites and runs, and nothing is sent until it has a new key. {title} is not told: revoke the key there if nobody is to use it any more.
          </p>
          {signOut.error && <ProblemNotice problem={asProblem(signOut.error)} onRetry={submit} />}
        </Dialog>
      )}
    </section>
  );
}
