import axe from "axe-core";

/**
 * What axe finds wrong with an element. Contrast is left out: happy-dom has no colours; the figures of
 * the tokens are in `look.md`, and pages are measured in a browser.
 */
export async function axeViolations(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
}
