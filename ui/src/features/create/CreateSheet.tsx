import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Account, type AccountId, type Definition } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { ChooseAccount } from "./ChooseAccount";
import { ChooseDefinition } from "./ChooseDefinition";
import { type FormStepProps } from "./CreateForm";
import { CopyStep } from "./CopyStep";
import { type CreateStart } from "./createStart";
import { FormStep } from "./FormStep";

type Props = Omit<FormStepProps, "account" | "onBack"> & {
  start: CreateStart;
  /** Adds a connector on this computer instead, at its address if that is known. */
  onAddHere: (address?: string) => void;
  onAddAccount: () => void;
};

/** Creates a connector: choose an account, then a type, then fill in the platform's form. */
export function CreateSheet({ start, onAddHere, onAddAccount, ...rest }: Props) {
  const [id, setId] = useState<AccountId | null>("account" in start ? start.account : null);
  const [chosen, setChosen] = useState<Definition | null>(start.kind === "form" ? start.definition : null);
  const [copied, setCopied] = useState(start.kind === "copy" ? start.of : null);
  const { data: accounts, error, refetch } = useQuery(queries.accounts());
  const { data: definitions } = useQuery({ ...queries.definitions(id ?? ""), enabled: id !== null && copied === null });
  const account = accounts?.find((one) => one.id === id);
  const only = definitions?.length === 1 ? definitions[0] : undefined;
  const definition = chosen ?? only;

  const choose = (next: Account) => {
    if (!hasAccounts(next)) onAddHere(copied?.endpoint ?? undefined);
    else setId(next.id);
  };
  const toAccounts = () => {
    setId(null);
    setChosen(null);
  };

  if (!account)
    return (
      <ChooseAccount
        accounts={accounts}
        error={error}
        onRetry={() => void refetch()}
        copied={copied}
        onChoose={choose}
        onAddAccount={onAddAccount}
        onClose={rest.onClose}
      />
    );
  if (copied)
    return (
      <CopyStep
        key={account.id}
        account={account}
        of={copied}
        onBack={toAccounts}
        onDefinitions={() => setCopied(null)}
        {...rest}
      />
    );
  if (definition) {
    return (
      <FormStep
        key={definition.id}
        account={account}
        definition={definition}
        onBack={only ? toAccounts : () => setChosen(null)}
        {...rest}
      />
    );
  }
  return (
    <ChooseDefinition
      key={account.id}
      account={account}
      onChoose={setChosen}
      onBack={toAccounts}
      onClose={rest.onClose}
    />
  );
}
