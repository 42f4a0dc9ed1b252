import { useQuery } from "@tanstack/react-query";
import { accountLook } from "@/components/accountLook";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ButtonList } from "@/components/ButtonList";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { Icon } from "@/components/Icon";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { useAccountStates } from "@/host/accountSync";
import { type Account, type Connector, platforms } from "@/host/bindings";
import { queries } from "@/host/queries";
import { capital } from "@/lib/words";
import styles from "./Create.module.css";

type Props = {
  accounts: Account[] | undefined;
  error: Error | null;
  onRetry: () => void;
  /** Connector to copy. */
  copied: Connector | null;
  onChoose: (account: Account) => void;
  onAddAccount: () => void;
  onClose: () => void;
};

/** Selects the account of the new connector. */
export function ChooseAccount({ accounts, error, onRetry, copied, onChoose, onAddAccount, onClose }: Props) {
  const states = useAccountStates();
  const targets = useQuery({ ...queries.copyTargets(copied?.id ?? ""), enabled: copied !== null });
  const obstacles = new Map(targets.data?.map(({ account, obstacle }) => [account, obstacle]));
  const shown = accounts?.filter(({ id }) => !copied || obstacles.has(id));
  const first = shown?.find(({ id }) => !obstacles.get(id)) ?? shown?.[0];
  const problem = error ?? targets.error;
  const isLoading = !shown || (copied !== null && !targets.data);
  return (
    <Dialog
      title={copied ? `Copy ${copied.title} to…` : "Add connector"}
      mark={copied && <ConnectorMark size="large" title={copied.title} of={copied} />}
      subtitle={copied ? "Credentials aren't copied." : "Choose an account"}
      onClose={onClose}
      footer={
        <>
          <Button keys="Escape" onPress={onClose}>
            Cancel
          </Button>
          <Button icon="plus" onPress={onAddAccount}>
            Add account
          </Button>
        </>
      }
    >
      <ErrorNotice error={problem} onRetry={error ? onRetry : () => void targets.refetch()} />
      {isLoading && !problem && <Skeleton rows={4} label="Loading accounts" />}
      {!isLoading && shown.length === 0 && <p className="text2">No other account yet.</p>}
      {!isLoading && shown.length > 0 && (
        <ButtonList className={styles.cards} label="Accounts">
          {shown.map((account) => {
            const obstacle = obstacles.get(account.id);
            const { glyph, word } = accountLook(
              account.isSignedOut ? "signed_out" : (states.get(account.id) ?? "fine"),
            );
            return (
              <li key={account.id}>
                {/* Not `disabled`, so that the keyboard reaches the reason in it. */}
                <button
                  type="button"
                  className={styles.card}
                  aria-disabled={obstacle ? true : undefined}
                  // The dialog is opened to select one of these.
                  // eslint-disable-next-line jsx-a11y/no-autofocus
                  autoFocus={account === first}
                  onClick={() => !obstacle && onChoose(account)}
                >
                  <PlatformTile platform={account.platform} colour={account.colour} />
                  <span className={styles.words}>
                    <span className="medium cut">{account.label}</span>
                    <span className={styles.what}>{capital(obstacle ?? platforms[account.platform].creates)}</span>
                  </span>
                  {glyph && <Badge glyph={glyph}>{word}</Badge>}
                  {!obstacle && <Icon name="chevron-right" size={14} />}
                </button>
              </li>
            );
          })}
        </ButtonList>
      )}
    </Dialog>
  );
}
