import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Code } from "@/components/Fact";
import { passFocusBeside } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { useNow } from "@/host/clock";
import { invalidate, keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { ago } from "@/lib/time";
import { Section, Setting } from "./Section";

/** The programs that may run: local servers, and those that provide secrets. */
export function ProgramSettings() {
  const now = useNow();
  const { data: programs = [], error, refetch } = useQuery(queries.allowedPrograms());
  const forget = useCommand({
    mutationFn: (program: string) => call(commands.forgetProgram(program)),
    refetches: [keys.allowedPrograms],
    // It may have been removed already.
    onProblem: (client) => void invalidate(client, keys.allowedPrograms),
  });
  const problem = error ?? forget.error;
  if (!problem && programs.length === 0) return null;
  return (
    <Section title="Allowed programs">
      <ErrorNotice error={problem} onRetry={error ? () => void refetch() : undefined} />
      {programs.map(({ id, program, allowedAt }) => (
        <Setting key={id} ref={passFocusBeside} name={ago(allowedAt, now)}>
          <Code>{[program.file, ...program.arguments].join(" ")}</Code>
          <Button small label={`Forget ${program.name}`} isPending={forget.isPending} onPress={() => forget.mutate(id)}>
            Forget
          </Button>
        </Setting>
      ))}
      <p className="text3 small">
        Patchbay runs these as local servers or to read secrets. A program you forget is asked about again.
      </p>
    </Section>
  );
}
