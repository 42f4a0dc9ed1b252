import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vite.config";

/** Component tests in happy-dom, with the host faked (src/test/mockHost.ts). */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      environment: "happy-dom",
      include: ["src/**/*.test.{ts,tsx}"],
      setupFiles: ["src/test/setup.ts"],
      css: false,
      restoreMocks: true,
      // The default leaves one core unused, half of a machine with two.
      maxWorkers: "100%",
      // Well above the timeout of a single wait (`src/test/setup.ts`): tests of whole pages wait often.
      testTimeout: 60_000,
    },
  }),
);
