import { type QueryClient } from "@tanstack/react-query";
import { type RouterHistory, RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { Providers } from "./Providers";
import { newRouter } from "./routes";

type Props = { client: QueryClient; history: RouterHistory };

export function App({ client, history }: Props) {
  const [router] = useState(() => newRouter(history));
  return (
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>
  );
}
