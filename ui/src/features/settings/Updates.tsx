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
  const install = useCommand({ mutationFn: (version: string) => call(commands.installUpdate(version)) });
  const newer = found.data;
  const problem = found.error ?? install.error;
  const checkAgain = () => {
    install.reset();
    void found.refetch();
  };
  return (
    <>
      <Setting name="Updates">
        {newer && (
          <>
            <span>Version {newer.version} available</span>
            <Button look="primary" isPending={install.isPending} onPress={() => install.mutate(newer.version)}>
              Install and restart
            </Button>
          </>
        )}
        {newer === null && <span>Up to date</span>}
        <Button isPending={found.isFetching} isDisabled={install.isPending} onPress={checkAgain}>
          Check for updates
        </Button>
      </Setting>
      {newer?.notes && <p className="text2 small">{newer.notes}</p>}
      <ErrorNotice error={problem} />
    </>
  );
}
