import { useQuery } from "@tanstack/react-query";
import { type Definition } from "@/host/bindings";
import { queries } from "@/host/queries";
import { joinTexts } from "@/lib/words";
import { CreateForm, type FormStepProps } from "./CreateForm";
import { CreateFrame } from "./CreateFrame";

/** The form that creates a connector of one type. */
export function FormStep({ definition, ...step }: FormStepProps & { definition: Definition }) {
  const { account } = step;
  const form = useQuery(queries.creationForm(account.id, definition.id));
  const signIn = useQuery(queries.providerSignIn(account.id, definition.id));
  const title = `Create ${definition.title}`;
  if (!form.data) return <CreateFrame title={title} form={form} {...step} />;
  return (
    <CreateForm
      title={title}
      subtitle={joinTexts(" · ", account.label, definition.description)}
      definition={definition.id}
      hasConsent={definition.hasConsent === true}
      form={form.data}
      // While this is unknown, the form is filled in by hand.
      provider={signIn.data ?? null}
      draftName={`${account.id} ${definition.id}`}
      {...step}
    />
  );
}
