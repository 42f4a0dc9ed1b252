import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Form } from "@/components/Form";
import { focusForm } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import styles from "./ConnectorPage.module.css";

type Props = {
  save: { error: Error | null; isPending: boolean };
  /** `null` hides the button, where there is nothing to save. */
  saveLabel: string | null;
  isChanged: boolean;
  onSubmit: () => void;
  onDiscard?: () => void;
  children: ReactNode;
};

/** Settings that are saved together, which is possible once one of them is changed. */
export function SettingsForm({ save, saveLabel, isChanged, onSubmit, onDiscard, children }: Props) {
  return (
    <Form className={styles.form} isPending={save.isPending} onSubmit={() => isChanged && onSubmit()}>
      {children}
      <ErrorNotice error={save.error} />
      {saveLabel !== null && (
        <SaveButtons isChanged={isChanged} isPending={save.isPending} onDiscard={onDiscard}>
          {saveLabel}
        </SaveButtons>
      )}
    </Form>
  );
}

type ButtonsProps = {
  isChanged: boolean;
  isPending?: boolean;
  /** Outside of a form; within one, the button submits it. */
  onSave?: () => void;
  onDiscard?: () => void;
  /** Label of the button that saves. */
  children: string;
};

/** The buttons that save changed settings, and discard the changes. */
export function SaveButtons({ isChanged, isPending, onSave, onDiscard, children }: ButtonsProps) {
  return (
    <div className={styles.actions}>
      <Button
        type={onSave ? "button" : "submit"}
        look={isChanged ? "primary" : "plain"}
        isDisabled={!isChanged}
        isPending={isPending}
        onPress={onSave}
      >
        {children}
      </Button>
      {isChanged && onDiscard && (
        <Button
          look="quiet"
          onPress={(event) => {
            focusForm(event);
            onDiscard();
          }}
        >
          Discard changes
        </Button>
      )}
    </div>
  );
}
