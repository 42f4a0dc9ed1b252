import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A page or a form that is read when it is first shown takes its time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);
