import { Notice } from "@/components/ProblemNotice";
import { sentence } from "@/lib/words";

type Props = { title?: string; notes: string[] };

/** What was changed in or left out of a pasted text, or what to know about a bundle. */
export function NotesNotice({ title = "Not everything was taken as it stands", notes }: Props) {
  if (notes.length === 0) return null;
  return (
    <Notice glyph="changed" title={title}>
      <ul>
        {notes.map((note) => (
          <li key={note}>{sentence(note)}</li>
        ))}
      </ul>
    </Notice>
  );
}
