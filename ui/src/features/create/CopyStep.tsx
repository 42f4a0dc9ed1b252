import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { type Account, type AuthorizationId, type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { CreateForm } from "./CreateForm";
import { CreateFrame } from "./CreateFrame";
import { type CreateDrafts } from "./drafts";

type Props = {
  account: Account;
  /** The connector that is created once more. */
  of: Connector;
  drafts: CreateDrafts;
  onBack: () => void;
  /** Goes on without the connector, from the account's own kinds. */
  onDefinitions: () => void;
  onClose: () => void;
  onCreated: (connector: Connector, signIn: boolean) => void;
  onShowAuthorization: (id: AuthorizationId) => void;
};

/** The form that sets the same service up on another account, filled with what the first one tells. */
export function CopyStep({ account, of, onDefinitions, ...rest }: Props) {
  const { onBack, onClose } = rest;
  const copy = useQuery(queries.copyForm(of.id, account.id));
  const definitions = useQuery(queries.definitions(account.id));
  const title = `Copy ${of.title} to ${account.label}`;
  if (!copy.data) {
    return (
      <CreateFrame
        title={title}
        account={account}
        error={copy.isFetching ? null : copy.error}
        onRetry={() => void copy.refetch()}
        onBack={onBack}
        backLabel="Back"
        onClose={onClose}
      >
        <Button small onPress={onDefinitions}>
          Choose another type
        </Button>
      </CreateFrame>
    );
  }
  const definition = definitions.data?.find((one) => one.id === copy.data.definition);
  return (
    <CreateForm
      title={title}
      subtitle={`${definition ? `${definition.title}, filled` : "Filled"} in from ${of.title} on ${of.identity.account}. Credentials aren't copied.`}
      account={account}
      definition={copy.data.definition}
      hasConsent={definition?.hasConsent === true}
      form={copy.data.form}
      provider={null}
      draftName={`${account.id} ${copy.data.definition} as ${of.id}`}
      backLabel="Back"
      {...rest}
    />
  );
}
