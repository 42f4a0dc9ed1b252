import { useEffect } from "react";
import { lazyNamed } from "@/components/lazyNamed";

const readPalette = () => import("./palette/Palette");

// Dialogs over the pages, each loaded when it first opens.
export const Palette = lazyNamed(readPalette, "Palette");
export const CheatSheet = lazyNamed(() => import("./CheatSheet"), "CheatSheet");
export const AddDialog = lazyNamed(() => import("@/features/connectors/AddDialog"), "AddDialog");
export const CreateSheet = lazyNamed(() => import("@/features/create/CreateSheet"), "CreateSheet");
export const AddAccountDialog = lazyNamed(() => import("@/features/accounts/AddAccountDialog"), "AddAccountDialog");
export const AuthorizationLayer = lazyNamed(
  () => import("@/features/authorizations/AuthorizationLayer"),
  "AuthorizationLayer",
);
export const QuestionDialog = lazyNamed(() => import("@/features/questions/QuestionDialog"), "QuestionDialog");
export const RefusedLinkDialog = lazyNamed(() => import("./RefusedLinkDialog"), "RefusedLinkDialog");

/**
 * Preloads the palette, and what it shares with the other dialogs, at the first input: text typed right after the
 * shortcut that opens it must not be lost.
 */
export function usePreloadPalette(): void {
  useEffect(() => {
    const controller = new AbortController();
    const preload = () => {
      controller.abort();
      void readPalette();
    };
    for (const type of ["keydown", "pointermove", "pointerdown"])
      addEventListener(type, preload, { signal: controller.signal });
    return () => controller.abort();
  }, []);
}
