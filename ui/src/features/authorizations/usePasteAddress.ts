import { useEffect, useRef } from "react";
import { takesText } from "@/lib/keys";

/** Hands over text that is pasted while no field has focus. */
export function usePasteAddress(onPaste: (text: string) => void): void {
  const latest = useRef(onPaste);
  useEffect(() => {
    latest.current = onPaste;
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text/plain").trim();
      if (!text || takesText(event.target)) return;
      event.preventDefault();
      latest.current(text);
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, []);
}
