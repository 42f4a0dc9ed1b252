import { useQuery } from "@tanstack/react-query";
import { Ago } from "@/components/Ago";
import { Button } from "@/components/Button";
import { Code, Fact } from "@/components/Fact";
import { RenameForm } from "@/components/RenameForm";
import { Section } from "@/components/Section";
import { useGo } from "@/components/useGo";
import { useAccountStates } from "@/host/accountSync";
import { type Account, type PlatformForm } from "@/host/bindings";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import styles from "./AccountPage.module.css";
import { AccountSettings } from "./AccountSettings";
import { ChangeKey } from "./ChangeKey";
import { ColourChoice } from "./ColourChoice";
import { SignOut } from "./SignOut";
import { useRenameAccount } from "./useAccountActions";

type Props = { account: Account; platform: PlatformForm | undefined; onRemove: () => void };

export function AccountOverview({ account, platform, onRemove }: Props) {
  const wantsKey = useAccountStates().get(account.id) === "signed_out";
  // An array with keys, so that the input survives reordering.
  const key = platform && <ChangeKey key="key" account={account} fields={platform.fields} />;
  const others = [
    <Rename key="name" account={account} />,
    <ColourChoice key="color" account={account} />,
    platform && <AccountSettings key="settings" account={account} platform={platform} />,
  ];
  return (
    <div className={styles.body}>
      <Facts account={account} platform={platform} />
      {wantsKey ? [key, ...others] : [...others, key]}
      {platform && !account.isSignedOut && <SignOut account={account} title={platform.title} />}
      <Section title="Remove">
        <p className="text2">
          {`Removes the account and its connectors from Patchbay. Nothing changes on ${platform?.title ?? account.platform}.`}
        </p>
        <div className={styles.actions}>
          <Button icon="trash-2" onPress={onRemove}>
            Remove {account.label}
          </Button>
        </div>
      </Section>
    </div>
  );
}

function Facts({ account, platform }: Omit<Props, "onRemove">) {
  const go = useGo();
  const { data: connectors } = useQuery(queries.connectors());
  const number = connectors?.filter((one) => one.account === account.id).length;
  return (
    <Section title="Details">
      <dl className={styles.facts}>
        <Fact name="Platform">{platform?.title ?? account.platform}</Fact>
        <Fact name="Base URL">{account.baseUrl ? <Code>{account.baseUrl}</Code> : "Default"}</Fact>
        <Fact name="Connectors">
          {number === undefined ? "Not loaded" : count(number, "connector")}{" "}
          {Boolean(number) && (
            <Button look="link" onPress={() => go.connectors(account.id)}>
              Show
            </Button>
          )}
        </Fact>
        <Fact name="Added">
          <Ago at={account.createdAt} />
        </Fact>
      </dl>
    </Section>
  );
}

function Rename({ account }: { account: Account }) {
  const { mutate, isPending, error } = useRenameAccount(account.id);
  return (
    <Section title="Name" label="Rename">
      <RenameForm
        label="Account name"
        hideLabel
        name={account.label}
        isPending={isPending}
        error={error}
        onRename={mutate}
      />
    </Section>
  );
}
