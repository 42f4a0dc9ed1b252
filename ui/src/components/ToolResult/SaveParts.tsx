import { type Content, type SavedAttachment } from "@/host/bindings";
import { useCommand } from "@/host/useCommand";
import { bytes } from "@/lib/time";
import { Button } from "../Button";
import { useCopy } from "../CopyContext";
import { ErrorNotice } from "../ProblemNotice";
import styles from "./ToolResult.module.css";

type Save = (part: Content, place: number) => Promise<SavedAttachment | null>;

/** The files in a result, each with a button to save it. */
export function SaveParts({ parts, save }: { parts: Content[]; save: Save }) {
  const files = numbered(
    parts.flatMap((part, place) => {
      const name = fileName(part);
      return name === null ? [] : [{ name, part, place }];
    }),
  );
  if (files.length === 0) return null;
  return (
    <ul className={styles.files} aria-label="Files">
      {files.map((file) => (
        <li key={file.place}>
          <File name={file.name} save={() => save(file.part, file.place)} />
        </li>
      ))}
    </ul>
  );
}

function File({ name, save: mutationFn }: { name: string; save: () => Promise<SavedAttachment | null> }) {
  const copy = useCopy();
  const save = useCommand({ mutationFn });
  const saved = save.data ?? null;
  return (
    <>
      <div className="line">
        <Button small icon="download" isPending={save.isPending} onPress={() => save.mutate()}>{`Save ${name}`}</Button>
        <span role="status" className="grow small text2">
          {saved && `Saved, ${bytes(saved.bytes)}`}
        </span>
        {saved && <Button small look="quiet" icon="copy" label="Copy path" onPress={() => copy(saved.path, "Path")} />}
      </div>
      {saved && (
        <div className={`mono small text2 ${styles.path ?? ""}`} data-selectable>
          {saved.path}
        </div>
      )}
      <ErrorNotice error={save.error} onRetry={() => save.mutate()} />
    </>
  );
}

/** Files of one name get a number, in their order. */
function numbered<T extends { name: string }>(files: T[]): T[] {
  return files.map((file, index) => {
    const same = files.filter(({ name }) => name === file.name).length;
    if (same === 1) return file;
    const before = files.slice(0, index).filter(({ name }) => name === file.name).length;
    return { ...file, name: `${file.name} ${before + 1}` };
  });
}

/** The file name of a part; `null` if it is not a file. */
function fileName(part: Content): string | null {
  switch (part.kind) {
    case "image":
      return "picture";
    case "audio":
      return "sound";
    case "resource":
      return part.blob === null && part.text === null
        ? null
        : (part.uri
            .replace(/[?#].*$/, "")
            .split(/[/\\:]/)
            .filter(Boolean)
            .at(-1) ?? "resource");
    default:
      return null;
  }
}
