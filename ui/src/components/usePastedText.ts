import { useEffect, useRef } from "react";
import { takesText } from "@/lib/keys";

/** Listens for text pasted outside of fields. `take` returns whether it used the text. */
export function usePastedText(take: (text: string) => boolean): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text/plain").trim();
      if (text && !takesText(event.target) && latest.current(text)) event.preventDefault();
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
}
