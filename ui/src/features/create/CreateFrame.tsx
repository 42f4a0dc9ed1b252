import { type ReactNode, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Seconds } from "@/components/Seconds";
import { Skeleton } from "@/components/Skeleton";
import { type Account } from "@/host/bindings";
import { asProblem } from "@/host/call";

type Props = {
  title: string;
  account: Account;
  /** Why there is no form; while there is none of both, it is asked for. */
  error: Error | null;
  onRetry: () => void;
  onBack: () => void;
  backLabel: string;
  onClose: () => void;
  /** Another way on than trying again. */
  children?: ReactNode;
};

/** The dialog as long as there is no form in it. */
export function CreateFrame({ title, account, error, onRetry, onBack, backLabel, onClose, children }: Props) {
  const [since] = useState(() => Date.now());
  return (
    <Dialog
      wide
      title={title}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle={account.label}
      onClose={onClose}
      footer={
        <>
          <span />
          <Button onPress={onBack}>{backLabel}</Button>
          <Button keys="Escape" onPress={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      {error ? (
        <ProblemNotice problem={asProblem(error)} onRetry={onRetry}>
          {children}
        </ProblemNotice>
      ) : (
        <>
          <Skeleton rows={4} label={`Loading form from ${account.label}`} />
          <span className="text3 small" aria-hidden="true">
            Loading form from {account.label}, <Seconds since={since} />
          </span>
        </>
      )}
    </Dialog>
  );
}
