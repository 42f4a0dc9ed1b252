import { useEffect } from "react";
import { isTyped, type SecretForm } from "./secretForm";

/** Reports whether a form has input that would be lost with it; what is being saved would not. */
export function useTyped(form: SecretForm, onTyped: (isTyped: boolean) => void, isSaving: boolean): void {
  const hasInput = isTyped(form) && !isSaving;
  useEffect(() => {
    if (!hasInput) return;
    onTyped(true);
    return () => onTyped(false);
  }, [hasInput, onTyped]);
}
