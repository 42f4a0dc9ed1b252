import { Field } from "@/components/Field";
import { Section } from "@/components/Section";
import { type Connector } from "@/host/bindings";
import { SettingsForm } from "./SettingsForm";
import { splitList } from "./textLists";
import { useEdits } from "./useEdits";

/** The folders that Patchbay announces to the server as MCP roots. */
export function RootsSettings({ connector }: { connector: Connector }) {
  const saved = { text: textOf(connector.roots) };
  const { form, edit, save, saving } = useEdits(connector, "roots", saved, "Folders saved");
  const roots = splitList(form.text, "\n");
  return (
    <Section title="Folders it may know">
      <p className="text2">
        {connector.command
          ? "Patchbay tells the server to work in these folders. This is no barrier: a local program can open any file you can."
          : "Patchbay tells the server the paths of these folders. It sends none of their files."}
      </p>
      <SettingsForm
        {...saving}
        saveLabel="Save folders"
        isChanged={textOf(roots) !== saved.text}
        onSubmit={() => save({ roots })}
      >
        <Field
          label="Folders"
          mono
          lines={3}
          value={form.text}
          onChange={(text) => edit("text", text)}
          placeholder="/home/ada/notes"
          help="One full path per line"
        />
      </SettingsForm>
    </Section>
  );
}

const textOf = (roots: readonly string[] = []) => roots.join("\n");
