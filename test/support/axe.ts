/** Accessibility of a page, as axe-core judges it. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe objects to on a page as it is now, each as one line. */
export async function axeFaultsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary?.split('\n')[1]?.trim()}`,
    ),
  );
}
