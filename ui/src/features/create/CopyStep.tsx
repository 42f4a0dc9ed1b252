import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { CreateForm, type FormStepProps } from "./CreateForm";
import { CreateFrame } from "./CreateFrame";

type Props = FormStepProps & {
  /** Connector to copy. */
  of: Connector;
  /** Continues without the connector, with the types of the account. */
  onDefinitions: () => void;
};

/** The form that copies a connector to another account, filled in from the original. */
export function CopyStep({ of, onDefinitions, ...step }: Props) {
  const { account } = step;
  const copy = useQuery(queries.copyForm(of.id, account.id));
  const definitions = useQuery(queries.definitions(account.id));
  const title = `Copy ${of.title} to ${account.label}`;
  if (!copy.data) {
    return (
      <CreateFrame title={title} form={copy} {...step}>
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
      definition={copy.data.definition}
      hasConsent={definition?.hasConsent === true}
      form={copy.data.form}
      provider={null}
      draftName={`${account.id} ${copy.data.definition} as ${of.id}`}
      {...step}
    />
  );
}
