import { expect } from 'chai';
import type { Browser, Frame } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { requirePeer } from '../support/peers.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const ADMIN = 'admin-token-of-this-test';
/** A page of the internet may show one of this machine, which here stands for another of the internet. */
const TO_LOOPBACK = ['--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests'];
/** A host that shows the page inside one of its own. */
const HOST = 'https://replit.com';

describe('S3: a browser that shows the gateway inside a page of its host', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;
  let origin: string;

  before(async function () {
    requirePeer(this, 'chromium');
    const env = { PUBLIC: 'on', API_TOKEN: ADMIN };
    [browser, gateway] = await Promise.all([openBrowser(TO_LOOPBACK), TestGateway.open({ env })]);
    // Of another site than the host's, and one whose `Secure` cookies a browser takes without TLS.
    origin = gateway.origin.replace('127.0.0.1', 'localhost');
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('signs in there with the link, and stays signed in', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const html = `<!doctype html><iframe src="${origin}/signin#token=${ADMIN}"></iframe>`;
    await page.route(`${HOST}/**`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    // What the proxy of a public host adds.
    await page.route(`${origin}/**`, (route) =>
      route.continue({ headers: { ...route.request().headers(), 'x-forwarded-proto': 'https' } }),
    );
    const failures: string[] = [];
    page.on(
      'requestfailed',
      (request) => void failures.push(`${request.url()} ${request.failure()?.errorText}`),
    );
    page.on('console', (message) => void failures.push(message.text()));
    await page.goto(`${HOST}/repl`);
    const frame = await waitFor(() => page.frames().find((one) => one.url() === `${origin}/`), {
      timeoutMs: 30_000,
      message: 'the dashboard in the frame',
    }).catch((error: unknown) => {
      throw new Error(`no dashboard: ${failures.join('; ')}`, { cause: error });
    });
    expect(await statusOf(frame, '/api/cameras')).to.equal(200);
    expect(await roleIn(frame)).to.equal('admin');
    const [cookie] = await page.context().cookies(origin);
    expect(cookie).to.deep.include({
      name: '__Host-gateway',
      httpOnly: true,
      secure: true,
      sameSite: 'None',
    });
    expect(await frame.evaluate('document.cookie'), 'no script reads it').to.equal('');
    await page.close();
  });
});

function statusOf(frame: Frame, path: string): Promise<number> {
  return frame.evaluate(`fetch(${JSON.stringify(path)}).then(({ status }) => status)`);
}

function roleIn(frame: Frame): Promise<string> {
  return frame.evaluate(`fetch('/api/auth').then((answer) => answer.json()).then(({ role }) => role)`);
}
