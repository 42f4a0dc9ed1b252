import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { commands } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { capital } from "@/lib/words";

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help: string;
  placeholder?: string;
  error?: string | null;
  isDisabled?: boolean;
  isRequired?: boolean;
  /** Number of lines; with more than 1, there is a folder on each. */
  lines?: number;
};

/** A field for the path of a folder, typed or chosen in the system's dialog. */
export function FolderField({ value, onChange, error, isDisabled, lines = 1, ...field }: Props) {
  const choose = useCommand({ command: () => commands.chooseFolder() });
  const take = (folder: string | null) => {
    if (folder === null) return;
    const others = lines > 1 ? value.trimEnd() : "";
    onChange(others === "" ? folder : `${others}\n${folder}`);
  };
  return (
    <Field
      {...field}
      mono
      lines={lines}
      isDisabled={isDisabled}
      value={value}
      onChange={onChange}
      error={error ?? (choose.error && capital(asProblem(choose.error).message))}
      end={
        <Button
          small
          look="quiet"
          isDisabled={isDisabled}
          isPending={choose.isPending}
          onPress={() => choose.mutate(undefined, { onSuccess: take })}
        >
          Choose…
        </Button>
      }
    />
  );
}
