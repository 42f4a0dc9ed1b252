import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { ErrorNotice } from "@/components/ProblemNotice";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { queries } from "@/host/queries";
import { Setting } from "./Section";

export function Updates() {
  const found = useQuery(queries.update());
  const install = useCommand({ mutationFn: () => call(commands.installUpdate()) });
  const problem = found.error ?? install.error;
  return (
    <>
      <Setting name="Updates">
        {found.data ? (
          <>
            <span>Version {found.data.version} available</span>
            <Button look="primary" isPending={install.isPending} onPress={() => install.mutate()}>
              Install and restart
            </Button>
          </>
        ) : (
          <>
            {found.data === null && <span>Up to date</span>}
            <Button isPending={found.isFetching} onPress={() => void found.refetch()}>
              Check for updates
            </Button>
          </>
        )}
      </Setting>
      {found.data?.notes && <p className="text2 small">{found.data.notes}</p>}
      <ErrorNotice error={problem} />
    </>
  );
}
