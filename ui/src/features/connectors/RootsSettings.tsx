import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

/** The folders that the server of a connector is told of. */
export function RootsSettings({ connector }: { connector: Connector }) {
  const saved = textOf(connector.roots);
  const [text, setText] = useState(saved);
  const save = useUpdateConnector(connector.id, "Folders saved");
  const roots = foldersOf(text);
  const changed = textOf(roots) !== saved;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) save.mutate({ roots }, { onSuccess: (after) => setText(textOf(after.roots)) });
  };
  return (
    <section className={styles.section} aria-label="Folders it may know">
      <h2>Folders it may know</h2>
      <p className="text2">
        {connector.command
          ? "Patchbay tells the server to work in these folders. This is no barrier: a local program can open any file you can."
          : "Patchbay tells the server the paths of these folders. It sends none of their files."}
      </p>
      <form className={styles.form} onSubmit={submit}>
        <Field
          label="Folders"
          mono
          lines={3}
          value={text}
          onChange={setText}
          placeholder="/home/ada/notes"
          help="One full path per line"
        />
        {save.error && <ProblemNotice problem={asProblem(save.error)} />}
        <div className={styles.actions}>
          <Button type="submit" look={changed ? "primary" : "plain"} isDisabled={!changed} isPending={save.isPending}>
            Save folders
          </Button>
          {changed && (
            <Button
              look="quiet"
              onPress={() => {
                setText(saved);
                save.reset();
              }}
            >
              Discard changes
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

const textOf = (roots: readonly string[] | undefined) => (roots ?? []).join("\n");

const foldersOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
