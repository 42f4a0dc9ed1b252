import { Notice } from "@/components/ProblemNotice";
import { inertText } from "@/lib/inertText";
import { sentence } from "@/lib/words";

/** What was put right in a pasted text, and what was left out and why. */
export function PastedNotes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <Notice glyph="changed" title="Not everything was taken as it stands">
      <ul>
        {notes.map((note) => (
          <li key={note}>{sentence(inertText(note))}</li>
        ))}
      </ul>
    </Notice>
  );
}
