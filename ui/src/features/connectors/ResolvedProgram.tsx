import { useQuery } from "@tanstack/react-query";
import { Code } from "@/components/Fact";
import { ErrorNotice } from "@/components/ProblemNotice";
import { queries } from "@/host/queries";

type Props = {
  program: string;
  /** `PATH` of the command, searched first. */
  path: string | null;
};

/** The file that a command would start, or what to install if it is missing. */
export function ResolvedProgram({ program, path }: Props) {
  const { data, error, refetch } = useQuery(queries.program(program, path));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined || data === program) return null;
  return (
    <p className="text2 small">
      Starts <Code>{data}</Code>
    </p>
  );
}
