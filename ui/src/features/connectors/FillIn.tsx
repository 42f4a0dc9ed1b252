import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { SubmitButton } from "@/components/SubmitButton";
import { type PastedServer } from "@/host/bindings";
import styles from "./AddDialog.module.css";
import { BlankFields } from "./BlankFields";
import { defaultsOf, emptyBlanks, fillAddress } from "./pastedForm";

type Props = {
  server: PastedServer;
  turn?: string;
  onFilled: (server: PastedServer) => void;
  onBack: () => void;
  onSkip?: () => void;
  onClose: () => void;
};

/** Asks for the placeholder values of an address and its headers, before anything is sent to it. */
export function FillIn({ server, turn, onFilled, onBack, onSkip, onClose }: Props) {
  const [filled, setFilled] = useState(() => defaultsOf(server.blanks));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const submit = () => {
    const newErrors = emptyBlanks(server.blanks, filled);
    setErrors(newErrors);
    if (Object.keys(newErrors).length === 0) onFilled(fillAddress(server, filled));
  };
  return (
    <Dialog
      title={server.title ? `Add ${server.title}` : "Add connector"}
      subtitle="Enter what the text leaves open. Patchbay doesn't look in your environment."
      onClose={onClose}
      footer={
        <>
          <span>{turn}</span>
          <Button onPress={onBack}>Back</Button>
          {onSkip && <Button onPress={onSkip}>Skip</Button>}
          <SubmitButton label="Continue" onSubmit={submit} />
        </>
      }
    >
      <div className={styles.form}>
        <BlankFields blanks={server.blanks} filled={filled} errors={errors} onChange={setFilled} />
      </div>
    </Dialog>
  );
}
