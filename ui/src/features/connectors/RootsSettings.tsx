import { Section } from "@/components/Section";
import { type Connector } from "@/host/bindings";
import { FolderField } from "./FolderField";
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
          ? "Patchbay tells the server to work in these folders. Nothing enforces this: a local program can open any file you can."
          : "Patchbay sends the server the paths of these folders, but none of their files."}
      </p>
      <SettingsForm
        {...saving}
        saveLabel="Save folders"
        isChanged={textOf(roots) !== saved.text}
        onSubmit={() => save({ roots })}
      >
        <FolderField
          label="Folders"
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
