import { type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { type FormStepProps } from "./CreateForm";
import { Loading } from "./Loading";

type Props = Pick<FormStepProps, "account" | "onBack" | "onClose"> & {
  title: string;
  form: UseQueryResult;
  /** Alternatives to retrying, shown with an error. */
  children?: ReactNode;
};

/** The dialog while its form is loading, or if loading failed. */
export function CreateFrame({ title, form, account, onBack, onClose, children }: Props) {
  return (
    <Dialog
      wide
      title={title}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle={account.label}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onBack}>Back</Button>
          <Button keys="Escape" onPress={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      {form.error && !form.isFetching ? (
        <ErrorNotice error={form.error} onRetry={() => void form.refetch()}>
          {children}
        </ErrorNotice>
      ) : (
        <Loading rows={4} label={`Loading form from ${account.label}`} />
      )}
    </Dialog>
  );
}
