import { Notice } from "@/components/ProblemNotice";
import { sentence } from "@/lib/words";

type Props = { title?: string; notes: string[] };

/** What was changed in or left out of a pasted text, or what to know about a bundle. */
export function NotesNotice({ title = "Parts of the text were changed or left out", notes }: Props) {
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
