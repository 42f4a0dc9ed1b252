import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { type FunctionComponent, useEffect } from "react";
import { vi } from "vitest";
import { newQueryClient } from "@/host/queryClient";
import { CopyContext } from "@/components/CopyContext";
import { ShortcutContext, ShortcutRegistry } from "@/components/shortcuts";
import { StatusBar, StatusBarProvider } from "@/components/StatusBar";
import { useKeysOf } from "@/components/useKeysOf";

type Options = {
  /** Components by path, as `app` routes them. */
  routes: Record<string, FunctionComponent>;
  at: string;
  /** Called with copied text. */
  onCopy?: (text: string) => void;
};

/** Renders a feature within the providers of the window. */
export function renderFeature({ routes, at, onCopy = () => undefined }: Options) {
  // Virtualized lists need a layout to render rows.
  for (const side of ["clientHeight", "clientWidth"] as const)
    vi.spyOn(HTMLElement.prototype, side, "get").mockReturnValue(800);
  const registry = new ShortcutRegistry();
  const client = newQueryClient();
  const root = createRootRoute({
    component: () => (
      <>
        <main>
          <Outlet />
        </main>
        <StatusBar />
      </>
    ),
  });
  const children = Object.entries(routes).map(([path, component]) =>
    createRoute({ getParentRoute: () => root, path, component }),
  );
  const router = createRouter({
    routeTree: root.addChildren(children),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  render(
    <QueryClientProvider client={client}>
      <ShortcutContext value={registry}>
        <CopyContext value={onCopy}>
          <StatusBarProvider>
            <Keys registry={registry} />
            <RouterProvider router={router as never} />
          </StatusBarProvider>
        </CopyContext>
      </ShortcutContext>
    </QueryClientProvider>,
  );
  return { client, router };
}

function Keys({ registry }: { registry: ShortcutRegistry }) {
  const keysOf = useKeysOf();
  useEffect(() => {
    const read = (event: KeyboardEvent) => void registry.dispatch(event, { keysOf, mac: false, singles: true });
    addEventListener("keydown", read);
    return () => removeEventListener("keydown", read);
  }, [registry, keysOf]);
  return null;
}
