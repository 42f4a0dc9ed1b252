import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vite";
import base from "../../vite.config";

/** Serves the pages over a host in memory, to look at them in any browser: `npm run mock`. */
export default mergeConfig(
  base,
  defineConfig({
    root: fileURLToPath(new URL("./mock", import.meta.url)),
    publicDir: fileURLToPath(new URL("../../public", import.meta.url)),
    server: { port: 1421 },
  }),
);
