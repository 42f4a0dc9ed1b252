import { Advanced } from "@/components/Advanced";
import { Field } from "@/components/Field";
import { asProblem } from "@/host/call";

type Props = {
  title: string;
  onTitle: (title: string) => void;
  name: string;
  onName: (name: string) => void;
  /** Why adding failed: on a conflict the field of the short name unfolds. */
  failure: unknown;
};

/** Name of a new connector, and its short name, which defaults to one made from the name. */
export function NameFields({ title, onTitle, name, onName, failure }: Props) {
  return (
    <>
      <Field label="Name" autoFocus value={title} onChange={onTitle} />
      <Advanced
        label={name ? `Short name: ${name}` : "Short name"}
        hasNews={Boolean(failure) && asProblem(failure).code === "conflict"}
      >
        <Field
          label="Short name"
          mono
          value={name}
          onChange={onName}
          help="Used on the command line. Default: from the name."
        />
      </Advanced>
    </>
  );
}
