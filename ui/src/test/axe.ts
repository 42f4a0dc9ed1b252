import axe from "axe-core";

/**
 * What axe finds wrong with an element. Contrast is left out, because happy-dom has no colours; `look.md` and browser
 * tests cover it.
 */
export async function axeViolations(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
}
