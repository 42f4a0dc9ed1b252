import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { asProblem } from "@/host/call";
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
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) onSubmit();
      }}
    >
      {children}
      {save.error && <ProblemNotice problem={asProblem(save.error)} />}
      {saveLabel !== null && (
        <div className={styles.actions}>
          <Button
            type="submit"
            look={isChanged ? "primary" : "plain"}
            isDisabled={!isChanged}
            isPending={save.isPending}
          >
            {saveLabel}
          </Button>
          {isChanged && onDiscard && (
            <Button look="quiet" onPress={onDiscard}>
              Discard changes
            </Button>
          )}
        </div>
      )}
    </form>
  );
}
