import { useQuery } from "@tanstack/react-query";
import { type Account, type AuthorizationId, type Connector, type Definition } from "@/host/bindings";
import { queries } from "@/host/queries";
import { CreateForm } from "./CreateForm";
import { CreateFrame } from "./CreateFrame";
import { type CreateDrafts } from "./drafts";

type Props = {
  account: Account;
  definition: Definition;
  drafts: CreateDrafts;
  onBack: () => void;
  /** What going back leads to. */
  backLabel: string;
  onClose: () => void;
  onCreated: (connector: Connector, signIn: boolean) => void;
  onShowAuthorization: (id: AuthorizationId) => void;
};

/** The form of one kind, once the platform has given it. */
export function FormStep({ account, definition, ...rest }: Props) {
  const { onBack, backLabel, onClose } = rest;
  const form = useQuery(queries.creationForm(account.id, definition.id));
  const signIn = useQuery(queries.providerSignIn(account.id, definition.id));
  const title = `Create ${definition.title}`;
  if (!form.data) {
    return (
      <CreateFrame
        title={title}
        account={account}
        error={form.isFetching ? null : form.error}
        onRetry={() => void form.refetch()}
        onBack={onBack}
        backLabel={backLabel}
        onClose={onClose}
      />
    );
  }
  return (
    <CreateForm
      title={title}
      subtitle={[account.label, definition.description].filter(Boolean).join(" · ")}
      account={account}
      definition={definition.id}
      hasConsent={definition.hasConsent === true}
      form={form.data}
      // Where it cannot be told, the form is filled by hand.
      provider={signIn.data ?? null}
      draftName={`${account.id} ${definition.id}`}
      {...rest}
    />
  );
}
