import { lazy, useEffect } from "react";

const readPalette = () => import("./palette/Palette");

// The dialogs over the pages, read when the first of each kind opens.
export const Palette = lazy(() => readPalette().then(({ Palette }) => ({ default: Palette })));
export const CheatSheet = lazy(() => import("./CheatSheet").then(({ CheatSheet }) => ({ default: CheatSheet })));
export const AddDialog = lazy(() =>
  import("@/features/connectors/AddDialog").then(({ AddDialog }) => ({ default: AddDialog })),
);
export const CreateSheet = lazy(() =>
  import("@/features/create/CreateSheet").then(({ CreateSheet }) => ({ default: CreateSheet })),
);
export const AddAccountDialog = lazy(() =>
  import("@/features/accounts/AddAccountDialog").then(({ AddAccountDialog }) => ({ default: AddAccountDialog })),
);
export const AuthorizationLayer = lazy(() =>
  import("@/features/authorizations/AuthorizationLayer").then(({ AuthorizationLayer }) => ({
    default: AuthorizationLayer,
  })),
);
export const QuestionDialog = lazy(() =>
  import("@/features/questions/QuestionDialog").then(({ QuestionDialog }) => ({ default: QuestionDialog })),
);
export const RefusedLinkDialog = lazy(() =>
  import("./RefusedLinkDialog").then(({ RefusedLinkDialog }) => ({ default: RefusedLinkDialog })),
);

/**
 * Reads the palette, and what all dialogs share with it, at the first sign of a person: what is typed
 * right after the keys that open it has to go into it.
 */
export function useReadAhead(): void {
  useEffect(() => {
    const signs = ["keydown", "pointermove", "pointerdown"] as const;
    const stop = () => {
      for (const sign of signs) removeEventListener(sign, read);
    };
    const read = () => {
      stop();
      void readPalette();
    };
    for (const sign of signs) addEventListener(sign, read);
    return stop;
  }, []);
}
