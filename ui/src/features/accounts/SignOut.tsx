import { useState } from "react";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { PlatformTile } from "@/components/PlatformTile";
import { Section } from "@/components/Section";
import { type Account } from "@/host/bindings";
import styles from "./AccountPage.module.css";
import { useSignOut } from "./useAccountActions";

type Props = { account: Account; title: string };

/** Deletes the secrets of an account, after a confirmation. */
export function SignOut({ account, title }: Props) {
  const [isConfirming, setIsConfirming] = useState(false);
  const signOut = useSignOut(account.id);
  const close = () => setIsConfirming(false);
  const submit = () => signOut.mutate(undefined, { onSuccess: close });
  return (
    <Section title="Sign out">
      <p className="text2">Deletes the key and keeps the account.</p>
      <div className={styles.actions}>
        <Button icon="power" onPress={() => setIsConfirming(true)}>
          Sign out
        </Button>
      </div>
      {isConfirming && (
        <ConfirmDialog
          title={`Sign out of ${account.label}?`}
          mark={<PlatformTile platform={account.platform} colour={account.colour} />}
          subtitle={account.baseUrl ?? title}
          confirmLabel="Sign out"
          isPending={signOut.isPending}
          error={signOut.error}
          onConfirm={submit}
          onClose={close}
        >
          <p>
            The key is deleted unless it's a saved credential. Connectors and runs stay, but don't update until you sign
            in. To revoke the key, go to {title}.
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
