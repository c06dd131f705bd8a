import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { fail, ModelServerDouble } from '../doubles/model-server.ts';
import { openBrowser } from '../support/browser.ts';
import { getJson } from '../support/http.ts';
import { collectComplaints } from '../support/page-log.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const PATIENCE = { timeout: 60_000 };
const BOXES = { objects: [{ x_min: 100, y_min: 200, x_max: 300, y_max: 600 }] };

describe('Asking in the dashboard', function () {
  this.timeout(180_000);
  // One story: a provider is set up, asked, busy, and removed.
  this.bail(true);
  let browser: Browser;
  let gateway: RunningProcess;
  let server: ModelServerDouble;
  let page: Page;
  let complaints: string[];

  before(async function () {
    requirePeer(this, 'chromium');
    server = await ModelServerDouble.open('ollama');
    server.words = ({ body }) =>
      JSON.stringify(body).includes('box around') ? JSON.stringify(BOXES) : 'Yes, a person with a parcel.';
    [browser, gateway] = await Promise.all([
      openBrowser(),
      startGateway({ DEMO_CAMERAS: 'on', ANALYSIS: 'off', VLM_RATE: '1000' }),
    ]);
    const isReady = async () => (await getJson(`${gateway.origin}/readyz`)).status === 200;
    await waitFor(isReady, { timeoutMs: PATIENCE.timeout, message: 'the workers' });
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    server?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    complaints = await collectComplaints(page);
  });
  afterEach(() => page.close());

  const open = (hash: string) => page.goto(`${gateway.origin}/${hash}`);
  const card = (name: string) => page.getByRole('article', { name: new RegExp(`^${name}: `) }).first();

  it('shows how to set up a provider in place of a box that could only fail', async () => {
    await open('#/camera/1');
    await page.getByRole('region', { name: 'Set up reasoning' }).waitFor();
    expect(await page.getByRole('textbox').count()).to.equal(0);
    await open('#/ask');
    await page.getByRole('link', { name: 'Set up' }).click();
    await page.getByRole('region', { name: 'Model server' }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('tests a provider, tells what is wrong with it, and keeps it', async () => {
    await open('#/settings/reasoning');
    const form = page.getByRole('region', { name: 'Model server' });
    await form.getByLabel('Address').fill('http://127.0.0.1:9/v1');
    await form.getByLabel('Model', { exact: true }).fill('a-model');
    await form.getByRole('button', { name: 'Test' }).click();
    await form.getByRole('alert').getByText('could not be reached').waitFor();
    await form.getByLabel('Address').fill(server.url);
    await form.getByRole('button', { name: 'Test' }).click();
    await form.getByText('It works.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Saved.').waitFor();
  });

  it('asks all live cameras, each with the picture that was asked about', async () => {
    await open('#/ask');
    await page.getByText('All live').waitFor();
    await page.locator('.camera-chip[data-live="true"]').nth(3).waitFor();
    await page.getByRole('button', { name: 'Is anyone there?' }).click();
    for (const name of ['Front Door Camera', 'Back Yard Camera', 'Garage Camera', 'Side Entrance Camera'])
      await card(name).getByText('Yes, a person with a parcel.').waitFor();
    await page.getByText('4 yes, 0 no').waitFor();
    const picture = card('Garage Camera').getByRole('img');
    await waitFor(() =>
      picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth > 0),
    );
    const href = await card('Garage Camera').getByRole('link', { name: 'Watch this' }).getAttribute('href');
    expect(href).to.equal('#/watches/new?question=Is+anyone+there%3F&kind=ask&camera=3');
    expect(complaints).to.deep.equal([]);
  });

  it('draws what is found on the frozen picture, and says that it is estimated', async () => {
    await open('#/ask?camera=1&kind=find&object=person');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    const box = card('Front Door Camera').locator('.place.box');
    await box.waitFor();
    const shares = await box.evaluate((element) => {
      const { offsetLeft, offsetTop, offsetWidth, offsetParent } = element as unknown as Record<
        string,
        number
      > & {
        offsetParent: { clientWidth: number; clientHeight: number };
      };
      const { clientWidth, clientHeight } = offsetParent;
      return [offsetLeft, offsetWidth, offsetTop].map((at, index) =>
        Math.round((100 * (at as number)) / (index === 2 ? clientHeight : clientWidth)),
      );
    });
    expect(shares).to.deep.equal([10, 20, 20]);
    await card('Front Door Camera').getByText('estimated by a language model').waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('asks again by itself while the provider is busy', async () => {
    server.replies.push(fail(429, { error: { message: 'slow down' } }, { 'Retry-After': '1' }));
    await open('#/camera/2');
    // It says so for a second.
    await Promise.all([
      page.getByText('Asking again in').waitFor(),
      page.getByRole('button', { name: 'Is anyone there?' }).click(),
    ]);
    await card('Back Yard Camera').getByText('Yes, a person with a parcel.').waitFor();
  });

  it('lists earlier answers, searches them, and deletes one', async () => {
    await open('#/ask');
    const history = page.getByRole('region', { name: 'Earlier answers' });
    await history.getByRole('article').nth(5).waitFor();
    await history.getByRole('searchbox').fill('PERSON');
    await history.getByText('1 found').waitFor();
    await history.getByRole('searchbox').fill('no such words');
    await history.getByText('No answer has these words.').waitFor();
    await history.getByRole('searchbox').fill('1 found');
    await history.getByRole('button', { name: 'Delete this answer' }).click();
    await history.getByText('1 found').waitFor({ state: 'detached' });
  });

  it('sums up a day: facts immediately, words of the provider when they are wanted', async () => {
    server.words = 'A quiet day with one parcel.';
    await open('#/events');
    await page.getByText('Summary').click();
    await page.getByText(/\d+ answers/).waitFor();
    expect(await page.getByText('A quiet day').count()).to.equal(0);
    await page.getByRole('button', { name: 'Sum up in words' }).click();
    await page.getByText('A quiet day with one parcel.').waitFor();
    await page.getByLabel('Day of the summary').fill('2020-01-01');
    await page.getByText('Nothing happened, and nothing was asked.').waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('says why there is no summary when the gateway cannot make one', async () => {
    await page.route('**/api/reason/digest*', (route) =>
      route.fulfill({
        status: 503,
        json: { error: 'The database is away', code: 'storage-unavailable', hint: 'Try again soon.' },
      }),
    );
    await open('#/events');
    await page.getByText('Summary').click();
    await page.getByRole('alert').getByText('The database is away').waitFor();
    await page.unroute('**/api/reason/digest*');
    await page.getByRole('button', { name: 'Last hour' }).click();
    await page.getByText(/\d+ answers/).waitFor();
  });

  it('goes back to the set-up when the provider is removed', async () => {
    await open('#/settings/reasoning');
    const form = page.getByRole('region', { name: 'Model server' });
    await form.getByRole('button', { name: 'Remove' }).click();
    await form.getByText('Not set up').waitFor();
    await open('#/ask');
    await page.getByRole('region', { name: 'Set up reasoning' }).waitFor();
    // Answers stay.
    await page.getByRole('region', { name: 'Earlier answers' }).getByRole('article').first().waitFor();
  });
});
