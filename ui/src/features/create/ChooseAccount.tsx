import { accountLook } from "@/components/accountLook";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ButtonList } from "@/components/ButtonList";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { Icon } from "@/components/Icon";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { useAccountStates } from "@/host/accountSync";
import { type Account, type Connector, type Platform } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./Create.module.css";

type Props = {
  accounts: Account[] | undefined;
  error: Error | null;
  /** The connector that is to be created once more. */
  copied: Connector | null;
  onChoose: (account: Account) => void;
  onAddAccount: () => void;
  onClose: () => void;
};

/** Where the connector is to live. */
export function ChooseAccount({ accounts, error, copied, onChoose, onAddAccount, onClose }: Props) {
  const states = useAccountStates();
  // A connector without an address can only be made anew from an account's own kinds.
  const shown = accounts?.filter((account) => !copied || (account.id !== copied.account && (account.platform !== "local" || copied.endpoint !== null)));
  return (
    <Dialog
      title={copied ? `Also create ${copied.title} on…` : "Add connector"}
      mark={copied && <ConnectorMark size="large" title={copied.title} icon={copied.icon} />}
      subtitle={copied ? "The same service on another account. Its secrets stay where they are." : "Choose where it lives."}
      onClose={onClose}
      footer={<><span>{shown && shown.length > 1 ? "Each account creates the kinds its platform supports." : ""}</span><Button icon="plus" onPress={onAddAccount}>Add account</Button><Button keys="Escape" onPress={onClose}>Cancel</Button></>}
    >
      {error && <ProblemNotice problem={asProblem(error)} />}
      {!shown && !error && <Skeleton rows={4} label="Reading the accounts" />}
      {shown?.length === 0 && <p className="text2">There is no other account yet. Add one, then create the connector there.</p>}
      {shown && shown.length > 0 && (
        <ButtonList className={styles.cards} label="Accounts">
          {shown.map((account, index) => {
            const { glyph, word } = accountLook(account.isSignedOut ? "signed_out" : (states.get(account.id) ?? "fine"));
            return (
              <li key={account.id}>
                {/* The dialog is opened to choose one of these. */}
                {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
                <button type="button" className={styles.card} autoFocus={index === 0} onClick={() => onChoose(account)}>
                  <PlatformTile platform={account.platform} colour={account.colour} />
                  <span className={styles.words}>
                    <span className="medium cut">{account.label}</span>
                    <span className={styles.what}>{creates[account.platform]}</span>
                  </span>
                  {glyph && <Badge glyph={glyph}>{word}</Badge>}
                  <Icon name="chevron-right" size={14} />
                </button>
              </li>
            );
          })}
        </ButtonList>
      )}
    </Dialog>
  );
}

const creates: Record<Platform, string> = {
  local: "Any MCP server, by its address. Patchbay signs in itself.",
  mistral: "MCP servers and HTTP services, for chats and agents of Mistral.",
  cohere: "Search services, for answers of Cohere.",
  agentstack: "Presets, and MCP servers by their address.",
  airbyte: "Sources of data, each with the form of its own kind.",
  tenex: "Providers that 10ex knows, by consent or key.",
};
