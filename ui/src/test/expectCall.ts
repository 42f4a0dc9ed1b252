import { waitFor } from "@testing-library/react";
import { expect } from "vitest";
import { type MockHost } from "./mockHost";

/** Waits until the last call of a command has these arguments: `await expectCall(host, "runTool").toEqual({ … })`. */
export function expectCall(host: MockHost, name: Parameters<MockHost["lastCall"]>[0]) {
  return {
    toEqual: (given: object) => waitFor(() => expect(host.lastCall(name)).toEqual(given)),
    toMatchObject: (given: object) => waitFor(() => expect(host.lastCall(name)).toMatchObject(given)),
  };
}
