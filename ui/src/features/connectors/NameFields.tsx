import { Advanced } from "@/components/Advanced";
import { Field } from "@/components/Field";
import { asProblem } from "@/host/call";

type Props = {
  title: string;
  onTitle: (title: string) => void;
  name: string;
  onName: (name: string) => void;
  /** Why it was not added: a short name that is taken is to be changed. */
  failure: unknown;
};

/** What to call a new connector. Few need to choose the short name, which is made of the name. */
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
