import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { axeViolations } from "@/test/axe";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

vi.mock("@/features/settings/SettingsPage", () => ({
  SettingsPage: () => {
    throw new Error("no preferences");
  },
}));

// React and the router report the error there.
beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

it("a_page_that_fails_says_why_and_leaves_the_others_usable", async () => {
  const reload = vi.spyOn(location, "reload").mockReturnValue();
  const { user, host, container } = renderApp("/settings", { connectors: [connector({ title: "GitHub" })] });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Couldn't show this page");
  expect(alert).toHaveTextContent("No preferences.");
  expect(await axeViolations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Copy details" }));
  await expectCall(host, "copyText").toMatchObject({ text: expect.stringContaining("no preferences") as string });
  await user.click(screen.getByRole("button", { name: "Reload" }));
  expect(reload).toHaveBeenCalledOnce();
  await user.click(screen.getByRole("link", { name: /^Connectors/ }));
  expect(await screen.findByRole("row", { name: /^GitHub/ }, { timeout: 10_000 })).toBeVisible();
  expect(screen.queryByText("Couldn't show this page")).toBeNull();
});
