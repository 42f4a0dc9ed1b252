import { useState } from "react";
import { Address } from "@/components/Address";
import { FormDialog } from "@/components/FormDialog";
import { SubmitButton } from "@/components/SubmitButton";
import { type PastedServer } from "@/host/bindings";
import { type Step, StepFooter } from "./AddStep";
import { BlankFields } from "./BlankFields";
import { NotesNotice } from "./NotesNotice";
import { defaultsOf, emptyBlanks, fillAddress } from "./pastedForm";

type Props = Step & { server: PastedServer; notes: string[]; onFilled: (server: PastedServer) => void };

/** Asks for the placeholder values of an address and its headers, before anything is sent there, and shows where. */
export function FillIn({ server, notes, onFilled, ...step }: Props) {
  const [filled, setFilled] = useState(() => defaultsOf(server.blanks));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const submit = () => {
    const newErrors = emptyBlanks(server.blanks, filled);
    setErrors(newErrors);
    if (Object.keys(newErrors).length === 0) onFilled(fillAddress(server, filled));
  };
  return (
    <FormDialog
      title={server.title ? `Add ${server.title}` : "Add connector"}
      subtitle="Enter what the text leaves open. Patchbay doesn't look in your environment."
      errors={errors}
      onClose={step.onClose}
      footer={
        <StepFooter {...step}>
          <SubmitButton label="Continue" onSubmit={submit} />
        </StepFooter>
      }
    >
      <NotesNotice notes={notes} />
      {server.place.kind === "address" && <Address url={server.place.url} />}
      <div className="form">
        <BlankFields autoFocus blanks={server.blanks} filled={filled} errors={errors} onChange={setFilled} />
      </div>
    </FormDialog>
  );
}
