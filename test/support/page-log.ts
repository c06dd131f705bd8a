/** What a page complains of while a test looks at it. */
import type { Page } from 'playwright-core';

/** A viewer who leaves a page before its socket is open ends the socket; Chromium warns of that. */
const LEFT_EARLY = /WebSocket is closed before the connection is established/;

/** Errors of scripts, messages of the console and breaches of its content security policy, from now on. */
export async function collectComplaints(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !LEFT_EARLY.test(message.text()))
      complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    const page = globalThis as unknown as {
      document: { addEventListener(type: string, listener: (event: Record<string, string>) => void): void };
    };
    page.document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return complaints;
}
