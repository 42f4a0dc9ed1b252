import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { FormDialog } from "@/components/FormDialog";
import { IdentityLine } from "@/components/IdentityLine";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm, useRefusalFocus } from "@/components/PlatformForm/usePlatformForm";
import { type Connector, type Form, type Json } from "@/host/bindings";
import { queries } from "@/host/queries";

type Props = { connector: Connector; form: Form; onCancel: () => void; onChosen: (choices: Json) => void };

/** Options that the platform offers before its page opens, such as the method or the credential's name. */
export function ConsentChoices({ connector, form, onCancel, onChosen }: Props) {
  const state = usePlatformForm(form);
  const { data: wallet = [] } = useQuery(queries.wallet());
  const fields = useRefusalFocus(state);
  const submit = () => {
    if (state.validateAll()) onChosen(state.values);
  };
  return (
    <FormDialog
      title={`Sign in to ${connector.title}`}
      mark={<ConnectorMark size="large" title={connector.title} of={connector} />}
      subtitle={<IdentityLine identity={connector.identity} />}
      onClose={onCancel}
      footer={
        <>
          <span>Opens {connector.identity.account} in your browser.</span>
          <Button onPress={onCancel}>Cancel</Button>
          <Button look="primary" autoFocus onPress={submit}>
            Continue in browser
          </Button>
        </>
      }
    >
      <PlatformForm ref={fields} label={`Sign-in to ${connector.title}`} state={state} wallet={wallet} />
    </FormDialog>
  );
}
