import { defineConfig, mergeConfig } from "vitest/config";
import type { TestCase } from "vitest/node";
import base from "./vite.config";

/**
 * Tests that need modules of their own: mocks do not reach a module that an earlier file loaded, the application that
 * `start` renders is never unmounted, and the fake timers of `HostedConnectors` hang after several other files.
 */
const alone = [
  "src/app/PageError.test.tsx",
  "src/app/start.test.tsx",
  "src/features/connectors/HostedConnectors.test.tsx",
  "src/features/connectors/ListCost.test.tsx",
];

/** Prints a line in the form of the reporter's for failures, which the summary of all checks repeats. */
function nameFlaky(test: TestCase) {
  if (test.diagnostic()?.flaky) console.log(` FLAKY  ${test.module.relativeModuleId} > ${test.fullName}`);
}

/** Component tests in happy-dom, with the host faked (src/test/mockHost.ts). */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      environment: "happy-dom",
      // Loading the modules anew for each file takes a third of the time.
      projects: [
        {
          extends: true,
          test: { name: "shared", isolate: false, include: ["src/**/*.test.{ts,tsx}"], exclude: alone },
        },
        { extends: true, test: { name: "alone", include: alone } },
      ],
      setupFiles: ["src/test/setup.ts"],
      css: false,
      restoreMocks: true,
      // The default leaves one core unused, half of a machine with two.
      maxWorkers: "100%",
      // Well above the timeout of a single wait (`src/test/setup.ts`): tests of whole pages wait often.
      testTimeout: 60_000,
      // The files share modules, timers and the focus; what passes only then is named, as a flaw to be mended.
      retry: 1,
      reporters: ["default", { onTestCaseResult: nameFlaky }],
    },
  }),
);
