import { useState } from "react";
import { Field } from "@/components/Field";
import { Section } from "@/components/Section";
import { type Connector } from "@/host/bindings";
import { SettingsForm } from "./SettingsForm";
import { splitList } from "./textLists";
import { useUpdateConnector } from "./useConnectorActions";

/** The folders that Patchbay announces to the server as MCP roots. */
export function RootsSettings({ connector }: { connector: Connector }) {
  const saved = textOf(connector.roots);
  const [text, setText] = useState(saved);
  const save = useUpdateConnector(connector.id, "Folders saved");
  const roots = splitList(text, "\n");
  const discard = () => {
    setText(saved);
    save.reset();
  };
  return (
    <Section title="Folders it may know">
      <p className="text2">
        {connector.command
          ? "Patchbay tells the server to work in these folders. This is no barrier: a local program can open any file you can."
          : "Patchbay tells the server the paths of these folders. It sends none of their files."}
      </p>
      <SettingsForm
        save={save}
        saveLabel="Save folders"
        isChanged={textOf(roots) !== saved}
        onSubmit={() => save.mutate({ roots }, { onSuccess: (updated) => setText(textOf(updated.roots)) })}
        onDiscard={discard}
      >
        <Field
          label="Folders"
          mono
          lines={3}
          value={text}
          onChange={setText}
          placeholder="/home/ada/notes"
          help="One full path per line"
        />
      </SettingsForm>
    </Section>
  );
}

const textOf = (roots: readonly string[] = []) => roots.join("\n");
