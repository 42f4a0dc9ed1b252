import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { clientState, stateKey } from "./clientState";

export type Toast = { id: number; text: string; undo?: () => void };

/** The visible toasts, oldest first. */
export const toastsKey = stateKey<readonly Toast[]>([], "toasts");

/** Content of the polite live region. */
export const announcementKey = stateKey("", "announcement");

/** Maximum number of toasts. */
const maxToasts = 3;

/** Announces a text to assistive technology only. */
export function announce(client: QueryClient, text: string): void {
  clientState(client).set(announcementKey, (before) => (before === text ? `${text}\u00a0` : text));
}

/**
 * Shows that something was done, optionally with an undo action. A failure is shown where it was started, unless that
 * is closed by then.
 */
export function showToast(client: QueryClient, text: string, undo?: () => void): void {
  clientState(client).set(toastsKey, (current) => {
    const id = (current.at(-1)?.id ?? 0) + 1;
    // A repeated text replaces the earlier toast, unless that can be undone.
    return [...current.filter((one) => one.text !== text || one.undo), { id, text, undo }].slice(-maxToasts);
  });
  announce(client, text);
}

type Toasts = { toast: (text: string, undo?: () => void) => void; announce: (text: string) => void };

/** {@link showToast} and {@link announce} as a hook. */
export function useToasts(): Toasts {
  const client = useQueryClient();
  return useMemo(
    () => ({ toast: (text, undo) => showToast(client, text, undo), announce: (text) => announce(client, text) }),
    [client],
  );
}
