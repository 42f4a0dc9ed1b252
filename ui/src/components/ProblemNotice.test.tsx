import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { problem } from "@/test/samples";
import { ProblemNotice } from "./ProblemNotice";

it("offers_no_repetition_of_what_may_be_done_already", () => {
  const retry = () => undefined;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ProblemNotice problem={problem({ code: "platform.failed" })} onRetry={retry} />
      <ProblemNotice problem={problem({ code: "platform.failed", mayBeDone: true })} onRetry={retry} />
    </QueryClientProvider>,
  );
  expect(screen.getAllByRole("button", { name: "Try again" })).toHaveLength(1);
});

describe("the title of a problem", () => {
  it("is_capitalized_unless_it_begins_with_the_name_of_a_tool", () => {
    render(
      <QueryClientProvider client={new QueryClient()}>
        <ProblemNotice problem={problem({ code: "conflict", message: "connector files is off" })} />
        <ProblemNotice problem={problem({ code: "tool.failed", message: "echo returned an error" })} />
        <ProblemNotice problem={problem({ code: "confirmation_needed", message: "wipe needs confirmation" })} />
      </QueryClientProvider>,
    );
    for (const title of ["Connector files is off", "echo returned an error", "wipe needs confirmation"])
      expect(screen.getByText(title)).toBeInTheDocument();
  });
});
