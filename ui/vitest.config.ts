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
      testTimeout: 15_000,
    },
  }),
);
