import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type Account, type PlatformForm } from "@/host/bindings";
import { queries } from "@/host/queries";
import { AddAccountForm } from "./AddAccountForm";
import { PlatformCards } from "./PlatformCards";

type Props = { onClose: () => void; onAdded: (account: Account) => void };

/** Adds an account of a hosted platform. The sign-in is tested before it is saved. */
export function AddAccountDialog({ onClose, onAdded }: Props) {
  const [chosen, setChosen] = useState<PlatformForm | null>(null);
  if (chosen)
    return <AddAccountForm platform={chosen} onBack={() => setChosen(null)} onClose={onClose} onAdded={onAdded} />;
  return (
    <Dialog
      title="Add account"
      subtitle="Manage your connectors on a platform."
      onClose={onClose}
      footer={
        <>
          <span>MCP servers don't need an account.</span>
          <Button keys="Escape" onPress={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      <Choice onChoose={setChosen} />
    </Dialog>
  );
}

function Choice({ onChoose }: { onChoose: (platform: PlatformForm) => void }) {
  const { data: platforms, error, refetch } = useQuery(queries.platforms());
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!platforms) return <Skeleton rows={5} label="Loading platforms" />;
  if (platforms.length === 0) return <EmptyState icon="cable" title="No platforms available" />;
  return <PlatformCards platforms={platforms} onChoose={onChoose} />;
}
