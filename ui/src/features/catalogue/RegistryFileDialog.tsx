import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { FormDialog } from "@/components/FormDialog";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { SubmitButton } from "@/components/SubmitButton";
import { useReadRegistryFile } from "./useCatalogue";

type Props = { onClose: () => void; onRead: () => void };

/** Loads a `server.json` of the MCP registry, pasted or from a file, into the catalogue. */
export function RegistryFileDialog({ onClose, onRead }: Props) {
  const [text, setText] = useState("");
  const [unreadableFile, setUnreadableFile] = useState<string | null>(null);
  const read = useReadRegistryFile();

  const pick = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    setUnreadableFile(null);
    read.reset();
    try {
      setText(await file.text());
    } catch {
      setUnreadableFile(file.name);
    }
  };
  const submit = () => {
    if (text.trim()) read.mutate(text, { onSuccess: (entries) => entries.length > 0 && onRead() });
  };
  return (
    <FormDialog
      title="Open registry file"
      subtitle="A server.json, a list of them, or a registry response."
      onClose={onClose}
      footer={
        <>
          <span>Shown in the catalog until you close the window.</span>
          <Button onPress={onClose}>Cancel</Button>
          <SubmitButton label="Open" isDisabled={!text.trim()} isPending={read.isPending} onSubmit={submit} />
        </>
      }
    >
      <Form className="form" isPending={read.isPending} onSubmit={submit}>
        <div>
          <FileTrigger acceptedFileTypes={[".json", "application/json"]} onSelect={(files) => void pick(files)}>
            <Button>Choose file…</Button>
          </FileTrigger>
        </div>
        <Field
          label="Or paste JSON"
          lines={9}
          mono
          autoFocus
          value={text}
          onChange={(next) => {
            setText(next);
            read.reset();
          }}
        />
        {unreadableFile && (
          <Notice role="alert" glyph="failing" title={`Couldn't read ${unreadableFile}`}>
            Choose another file or paste its content.
          </Notice>
        )}
        {read.data?.length === 0 && (
          <Notice role="alert" glyph="failing" title="No servers in this file">
            Choose or paste a server.json, a list of them, or a registry response.
          </Notice>
        )}
        <ErrorNotice error={read.error} />
      </Form>
    </FormDialog>
  );
}
