import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { clientState, stateKey } from "./clientState";

export type Toast = { id: number; text: string; undo?: () => void };

/** The toasts that are shown, oldest first. */
export const toastsKey = stateKey<readonly Toast[]>([], "toasts");

/** What the polite live region says. */
export const announcementKey = stateKey("", "announcement");

/** At most so many stand over each other. */
const most = 3;

/** Says something to assistive technology alone. */
export function announce(client: QueryClient, text: string): void {
  clientState(client).set(announcementKey, (before) => (before === text ? `${text}\u00a0` : text));
}

/** Says that something was done, with a way back; never carries a failure. */
export function showToast(client: QueryClient, text: string, undo?: () => void): void {
  clientState(client).set(toastsKey, (current) => {
    const id = (current.at(-1)?.id ?? 0) + 1;
    // Said again, it takes the place of what was said; each way back stays.
    return [...current.filter((one) => one.text !== text || one.undo), { id, text, undo }].slice(-most);
  });
  announce(client, text);
}

type Toasts = { toast: (text: string, undo?: () => void) => void; announce: (text: string) => void };

/** {@link showToast} and {@link announce} for a view. */
export function useToasts(): Toasts {
  const client = useQueryClient();
  return useMemo(
    () => ({ toast: (text, undo) => showToast(client, text, undo), announce: (text) => announce(client, text) }),
    [client],
  );
}
