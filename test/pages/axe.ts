import axe from "axe-core";
import type { Page } from "playwright-core";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe-core finds wrong on the page; empty where nothing is. `enhanced` asks for 7:1 as well (WCAG 1.4.6), `only`
 * for one rule alone. The library is put into a page once: its own builder loads it anew and opens a second page at every look.
 */
export async function findings(
  page: Page,
  { enhanced = false, only = null }: { readonly enhanced?: boolean; readonly only?: string | null } = {},
): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ({ tags, enhanced, only }) => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
        ...(only === null
          ? { runOnly: tags, rules: { "color-contrast-enhanced": { enabled: enhanced } } }
          : { runOnly: { type: "rule" as const, values: [only] } }),
      });
      return violations.map((finding) => `${finding.id}: ${finding.nodes[0]?.html}`);
    },
    { tags, enhanced, only },
  );
}
