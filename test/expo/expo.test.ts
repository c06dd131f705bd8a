import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { snippetsOf } from '../../gateway/dashboard/browser/camera-addresses.ts';
import { openBrowser } from '../support/browser.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { originOf, stop } from '../support/serve.ts';
import { ROOT } from '../support/source-files.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  checkTypes,
  copyExample,
  exportApp,
  installClient,
  runNode,
  serveExport,
  writeSource,
} from './expo-app.ts';

const TOKEN = 'test-token-of-thirty-two-letters-or-more';
const MAX_PACKED_BYTES = 40_000;
/** Stands for the gateway until the app is exported, so that one export serves every gateway. */
const PLACEHOLDER = 'http://192.168.1.20:5000';
const SCREEN_ENTRY = `import { registerRootComponent } from 'expo';
import Screen from './Screen';

registerRootComponent(Screen);
`;
/** The upper half of the picture; words about its state are in the lower. */
const PICTURE = { x: 0, y: 0, width: 400, height: 100 };

function screens(): string[] {
  const page = readFileSync(join(ROOT, 'docs/client.md'), 'utf8');
  return [...page.matchAll(/```tsx\n(.*?)```/gs)].map(([, text = '']) => text);
}

describe('A fresh Expo app', function () {
  this.timeout(300_000);
  let size: number;
  const exported = { example: '', screen: '' };

  before(async function () {
    requirePeer(this, 'what .ci/expo/install installs');
    requirePeer(this, 'chromium');
    size = await installClient();
    copyExample();
    const [screen = '', ...components] = screens();
    writeSource('Screen.tsx', screen.replace('the token that the gateway printed', TOKEN));
    const place = { base: PLACEHOLDER, cameraId: '1', rtspPort: undefined };
    components.push(
      ...snippetsOf(place).flatMap(({ label, text }) => (label.startsWith('Expo') ? text : [])),
    );
    for (const [index, text] of components.entries()) writeSource(`Component${index}.tsx`, text);
  });

  it(`takes the packed client, of at most ${MAX_PACKED_BYTES} bytes`, () => {
    expect(size).to.be.at.most(MAX_PACKED_BYTES);
  });

  it('compiles: the example, and every component of docs/client.md', () => checkTypes());

  for (const which of ['example', 'screen'] as const) {
    it(`is bundled for Android, iOS and the web: the ${which}`, async () => {
      if (which === 'screen') writeSource('index.ts', SCREEN_ENTRY);
      const folder = await exportApp('android', 'ios', 'web');
      const { fileMetadata } = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8'));
      expect(Object.keys(fileMetadata).sort()).to.deep.equal(['android', 'ios']);
      expect(existsSync(join(folder, 'index.html'))).to.equal(true);
      exported[which] = folder;
    });
  }

  describe('with a gateway', () => {
    let example: Server;
    let screen: Server;
    let gateway: RunningProcess;
    let browser: Browser;

    before(async () => {
      example = await serveExport(exported.example);
      screen = await serveExport(exported.screen);
      gateway = await startGateway({
        API_TOKEN: TOKEN,
        DEMO_CAMERAS: 'on',
        RTSP_WORKERS: '1',
        ALLOWED_ORIGINS: [example, screen].map(originOf).join(','),
      });
      browser = await openBrowser();
    });
    after(async () => {
      await browser?.close();
      await gateway?.end();
      for (const server of [example, screen]) if (server !== undefined) stop(server);
    });

    /** Opens the app at an address of its server, with the running gateway in place of the example's. */
    async function open(origin: string): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 400, height: 500 } });
      await page.route('**/*.js', async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replaceAll(PLACEHOLDER, gateway.origin);
        await route.fulfill({ response, body });
      });
      await page.goto(origin);
      return page;
    }

    /** Waits until a part of the page has shown four different pictures. */
    async function expectMoving(page: Page, clip: { x: number; y: number; width: number; height: number }) {
      const seen = new Set<string>();
      let words = '';
      const isMoving = async (): Promise<boolean> => {
        seen.add((await page.screenshot({ clip })).toString('base64'));
        words = (await page.textContent('#root')) ?? '';
        return seen.size > 3;
      };
      const message = () => `four different pictures: ${seen.size} so far, and the page says "${words}"`;
      await waitFor(isMoving, { timeoutMs: 60_000, message });
    }

    it('shows a moving picture in Chromium: the screen', async () => {
      const page = await open(originOf(screen));
      await expectMoving(page, PICTURE);
      await page.close();
    });

    it('connects, lists the cameras and shows one of them: the example', async () => {
      const page = await open(originOf(example));
      await page.getByLabel('Address').fill(gateway.origin);
      await page.getByLabel('Code, token or key').fill(TOKEN);
      await page.getByText('Connect').click();
      const cameras = page.getByRole('button', { name: /^Open / });
      await cameras.nth(3).waitFor();
      await cameras.first().click();
      const layer = await page.locator('img').first().boundingBox();
      const { x = 0, y = 0, width = 0 } = layer ?? {};
      await expectMoving(page, { x, y, width, height: 80 });
      await page.getByText('Ask').click();
      await page.getByText(/MOONDREAM_API_KEY|Moondream/).waitFor();
      await page.getByText('Back').click();
      await page.getByText('Events').click();
      await page
        .getByText(/Nothing has happened yet|at \d/)
        .first()
        .waitFor();
      await page.close();
    });

    it('pairs by a typed code, and keeps the key of its own: the example', async () => {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const created = await fetch(`${gateway.origin}/api/pairings`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ scope: 'view' }),
      });
      const { code } = (await created.json()) as { code: string };
      const page = await open(originOf(example));
      await page.getByLabel('Address').fill(`${gateway.origin}/`);
      await page.getByLabel('Code, token or key').fill(code.toLowerCase());
      await page.getByText('Connect').click();
      await page
        .getByRole('button', { name: /^Open / })
        .nth(3)
        .waitFor();
      await page.reload();
      await page
        .getByRole('button', { name: /^Open / })
        .nth(3)
        .waitFor();
      const keys = (await (await fetch(`${gateway.origin}/api/keys`, { headers })).json()) as {
        name: string;
      }[];
      expect(keys.map(({ name }) => name)).to.deep.equal(['Browser']);
      await page.close();
    });

    it('asks for the camera before it scans, and can go back: the example', async () => {
      const page = await open(originOf(example));
      await page.evaluate('localStorage.clear()');
      await page.reload();
      await page.getByText('Scan its QR code').click();
      await page.getByText('Allow the camera').waitFor();
      await page.getByText('Back').click();
      await page.getByLabel('Address').waitFor();
      await page.close();
    });

    it('has a client that runs in the Node of this machine, too', async () => {
      const program = `import { GatewayClient } from 'visual-reasoning-gateway-client';
        const client = new GatewayClient({ baseUrl: '${gateway.origin}', token: '${TOKEN}' });
        console.log((await client.cameras.list()).length);`;
      expect(await runNode(program)).to.equal('4');
    });

    it('names the setting that lets it in, where the gateway does not', async () => {
      const stranger = originOf(screen).replace('127.0.0.1', 'localhost');
      const page = await open(stranger);
      await page.getByText(`Start the gateway with ALLOWED_ORIGINS=${stranger}`).waitFor({ timeout: 30_000 });
      await page.close();
    });
  });
});
