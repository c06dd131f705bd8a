import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type Frame, GatewayClient, type GatewayError } from '../../shared/client/client.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { Front } from '../shared/client/front.ts';
import { thrownBy } from '../shared/client/thrown-by.ts';
import { openBrowser } from '../support/browser.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, signalIfRunning, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const TOKEN = 'test-token-of-thirty-two-letters-or-more';
const LUMA = { '/dark': 60, '/bright': 200 };

/** A gateway with two cameras, behind an address that stays. */
class Stage {
  gateway: RunningProcess;
  readonly cameras: RtspServer;
  readonly front: Front;
  readonly client: GatewayClient;

  private constructor(gateway: RunningProcess, cameras: RtspServer, front: Front) {
    this.gateway = gateway;
    this.cameras = cameras;
    this.front = front;
    this.client = new GatewayClient({ baseUrl: front.origin });
  }

  static async open(page = ''): Promise<Stage> {
    const front = await Front.open(page);
    const gateway = await startStagedGateway(front);
    const stage = new Stage(gateway, await openGreyCameras(LUMA), front);
    await stage.connect();
    return stage;
  }

  async connect(): Promise<void> {
    await waitFor(async () => (await this.client.health()).status === 'ok', { timeoutMs: 40_000 });
    for (const path of Object.keys(LUMA))
      await this.client.cameras.connect({ cameraId: path.slice(1), url: this.cameras.url(path) });
  }

  /** @returns the processes that were killed */
  async killWorkers(): Promise<number[]> {
    const pids = await this.workerPids();
    for (const pid of pids) signalIfRunning(pid, 'SIGKILL');
    return pids;
  }

  async workerPids(): Promise<number[]> {
    const { workers } = await this.client.cameras.service();
    return workers.flatMap(({ pid }) => pid ?? []);
  }

  async restart(): Promise<void> {
    await this.gateway.end();
    this.gateway = await startStagedGateway(this.front);
    await this.connect();
  }

  async openSockets(): Promise<number> {
    const metrics = await (await fetch(`${this.gateway.origin}/metrics`)).text();
    return Number(/^gateway_client_sockets (\d+)$/m.exec(metrics)?.[1]);
  }

  async close(): Promise<void> {
    this.client.close();
    await this.front.close();
    await this.gateway.end();
    await this.cameras.close();
  }
}

/** Restarts on another port; the front's address stays, and its pages may use the gateway directly, too. */
async function startStagedGateway(front: Front): Promise<RunningProcess> {
  const gateway = await startGateway({ API_TOKEN: TOKEN, ALLOWED_ORIGINS: front.origin });
  front.target = gateway.port;
  return gateway;
}

describe('The client and a real gateway', function () {
  this.timeout(90_000);
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage?.close());

  it('agree on cameras', async () => {
    const [camera] = await stage.client.cameras.list();
    expect(camera).to.include({ id: 'bright', sourceType: 'rtsp', hasPassword: false, origin: 'connected' });
    expect(camera?.analysis).to.deep.equal({ motion: false, persons: false, faces: false });
    expect(await stage.client.cameras.get('bright')).to.deep.equal(camera);
  });

  it('agree on how a camera and the whole are', async () => {
    expect(await stage.client.cameras.status('dark')).to.include({ cameraId: 'dark', connected: true });
    const health = await stage.client.health();
    expect([health.status, health.services.express]).to.deep.equal(['ok', 'running']);
    const rtsp = await stage.client.cameras.service();
    expect(rtsp.workers.map(({ state }) => state)).to.include('ready');
  });

  it('agree on a camera that cannot be reached', async () => {
    await stage.client.cameras.create({ id: 'gone', name: 'Gone', url: 'rtsp://admin:secret@127.0.0.1:9/1' });
    const status = await waitFor(async () => {
      const seen = await stage.client.cameras.status('gone').catch(() => undefined);
      return seen?.nextRetryAt === undefined ? undefined : seen;
    });
    expect(status).to.include({ connected: false, reason: 'camera-refused' });
    expect([typeof status.detail, typeof status.hint, typeof status.nextRetryAt]).to.deep.equal([
      'string',
      'string',
      'number',
    ]);
    expect(await stage.client.cameras.update('gone', { name: 'Far' })).to.include({
      name: 'Far',
      hasPassword: true,
    });
    await stage.client.cameras.delete('gone');
    const error = (await thrownBy(stage.client.cameras.get('gone'))) as GatewayError;
    expect(error).to.include({ code: 'camera-not-found', status: 404 });
  });

  it('agree on camera streams and deliveries', async () => {
    const { client } = stage;
    const stored = await client.cameraStreams.add({
      cameraId: 'yard',
      rtspUrl: 'rtsp://u:secret@192.0.2.1/1',
    });
    const { success, ...stream } = stored;
    expect([success, await client.cameraStreams.list()]).to.deep.equal([true, [stream]]);
    expect(await client.cameraStreams.get('yard')).to.deep.equal(stream);
    const page = await client.deliveries.list({ cameraId: 'yard', limit: 5 });
    expect(page.nextCursor).to.equal(null);
    const delivery = page.deliveries[0] as NonNullable<(typeof page.deliveries)[0]>;
    expect(delivery.payload).to.include({ camera_id: 'yard', stream_type: 'rtsp', video_url: null });
    const again = await client.deliveries.retry(delivery.id);
    expect([again.success, again.delivery.id]).to.deep.equal([true, delivery.id]);
    await client.cameraStreams.delete('yard');
    expect(await client.cameraStreams.list()).to.deep.equal([]);
  });

  it('agree on devices', async () => {
    const { client } = stage;
    const device = await waitFor(async () => (await client.devices.list({ deviceType: 'camera' }))[0], {
      timeoutMs: 70_000,
    });
    const metadata = client.devices.metadataOf(device);
    expect([typeof metadata.name, typeof metadata.ready, Array.isArray(metadata.tracks)]).to.deep.equal([
      'string',
      'boolean',
      true,
    ]);
  });

  it('agree on tokens and tickets', async () => {
    const client = new GatewayClient({ baseUrl: stage.front.origin, token: TOKEN });
    expect((await client.cameras.list()).length).to.equal(2);
    const url = await client.withTicket(client.cameras.snapshotUrl('dark', { width: 160 }));
    expect(url).to.match(/\/api\/cameras\/dark\/frame\?width=160&ticket=./);
    expect((await fetch(url)).status).to.equal(200);
    expect((await fetch(url.replace('dark', 'bright'))).status).to.equal(403);
    const stranger = new GatewayClient({ baseUrl: stage.front.origin, token: 'wrong' });
    const error = (await thrownBy(stranger.cameras.list())) as GatewayError;
    expect(error).to.include({ code: 'unauthorized', status: 401 });
  });

  it('agree on where a native player finds live video', async () => {
    const client = new GatewayClient({ baseUrl: stage.front.origin, token: TOKEN });
    const { uri, contentType, headers } = await client.hlsSource('dark');
    expect(contentType).to.equal('hls');
    const playlist = await waitFor(async () => {
      const response = await fetch(uri, { headers });
      return response.status === 200 ? response.text() : undefined;
    });
    expect(playlist).to.match(/^#EXTM3U/);
  });

  it('agree on a snapshot', async () => {
    const { jpeg, timestamp, sequence, ageMs } = await stage.client.cameras.snapshot('dark', { width: 160 });
    expect(isWholeJpeg(Buffer.from(jpeg))).to.equal(true);
    expect(Math.abs(timestamp - Date.now() / 1000)).to.be.lessThan(5);
    expect([sequence > 0, ageMs >= 0]).to.deep.equal([true, true]);
  });

  describe('share live frames', () => {
    /** Watches until closed at the end of the test. */
    function watch(cameraId: string, client = stage.client): Frame[] {
      const frames: Frame[] = [];
      const handle = client.watchCamera(cameraId, { fps: 10, width: 160 }, (frame) => frames.push(frame));
      handles.push(handle);
      return frames;
    }
    let handles: { close(): void }[] = [];

    afterEach(() => {
      for (const handle of handles) handle.close();
      handles = [];
    });

    const more = (frames: Frame[]) => {
      const before = frames.length;
      return waitFor(() => frames.length > before + 2, { timeoutMs: 30_000, message: 'more frames' });
    };

    it('of several cameras over one socket, each whole', async () => {
      const [dark, bright] = [watch('dark'), watch('bright')];
      await Promise.all([more(dark), more(bright)]);
      expect(await stage.openSockets()).to.equal(1);
      const frame = dark[0] as Frame;
      expect(isWholeJpeg(Buffer.from(frame.jpeg as Uint8Array))).to.equal(true);
      expect(frame).to.include({ cameraId: 'dark', width: 160, height: 120 });
    });

    it('that skip to the newest for a consumer that blocks', async () => {
      const seen: Frame[] = [];
      const handle = stage.client.watchCamera('dark', { fps: 15, width: 160 }, (frame) => {
        seen.push(frame);
        const until = performance.now() + 400;
        while (performance.now() < until);
      });
      handles.push(handle);
      await waitFor(() => seen.length > 4, { timeoutMs: 20_000 });
      handle.close();
      const span = (seen.at(-1) as Frame).sequence - (seen[0] as Frame).sequence;
      expect(span).to.be.greaterThan(seen.length);
      expect(handle.skipped).to.be.greaterThan(0);
    });

    it('until paused, and again when resumed', async () => {
      const frames = watch('dark');
      await more(frames);
      stage.client.pause();
      await waitFor(async () => (await stage.openSockets()) === 0);
      stage.client.resume();
      await more(frames);
    });

    it('over the death of every worker', async () => {
      const frames = watch('dark');
      await more(frames);
      const killed = await stage.killWorkers();
      await waitFor(async () => !(await stage.workerPids()).some((pid) => killed.includes(pid)));
      await more(frames);
    });

    it('over a restart of the gateway', async () => {
      const frames = watch('dark');
      await more(frames);
      await stage.restart();
      await more(frames);
    });

    it('as addresses in React Native, each of the very picture', async () => {
      const product = Object.getOwnPropertyDescriptor(navigator, 'product');
      Object.defineProperty(navigator, 'product', { value: 'ReactNative', configurable: true });
      let client: GatewayClient;
      try {
        client = new GatewayClient({ baseUrl: stage.front.origin });
      } finally {
        if (product === undefined) Reflect.deleteProperty(navigator, 'product');
        else Object.defineProperty(navigator, 'product', product);
      }
      const frames = watch('bright', client);
      await more(frames);
      const { url, sequence, jpeg } = frames.at(-1) as Frame;
      const answer = await fetch(url as string, { headers: await client.imageHeaders() });
      expect([answer.status, answer.headers.get('x-frame-sequence')]).to.deep.equal([200, String(sequence)]);
      expect(isWholeJpeg(Buffer.from(await answer.arrayBuffer()))).to.equal(true);
      expect(jpeg).to.equal(undefined);
    });
  });
});

/** Two images a camera, one above the other, as the README shows it; what is seen is counted. */
const PAGE = `<!doctype html><meta charset="utf-8">
<style>div { position: relative; width: 160px; height: 120px } img { position: absolute; inset: 0 }</style>
<div id="dark"></div><div id="bright"></div>
<script type="module">
import { GatewayClient } from '/client/client.ts';
import { CameraPicture } from '/client/camera-picture.ts';
const seen = (globalThis.seen = { addresses: 0, blanks: 0, kinds: {}, swaps: { dark: 0, bright: 0 } });
const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
URL.createObjectURL = (blob) => { seen.addresses += 1; return create.call(URL, blob); };
URL.revokeObjectURL = (uri) => { seen.addresses -= 1; revoke.call(URL, uri); };
const client = (globalThis.client = new GatewayClient({ baseUrl: location.origin }));
const pictures = (globalThis.pictures = []);
for (const cameraId of ['dark', 'bright']) {
  const images = [0, 1].map(() => document.getElementById(cameraId).appendChild(new Image()));
  let front;
  pictures.push(new CameraPicture(client, cameraId, { fps: 10, width: 160 }, ({ layers, state }) => {
    seen.kinds[cameraId] = state.kind;
    layers.forEach(({ source, isFront, onLoad, onError }, index) => {
      const image = images[index];
      image.onload = onLoad;
      image.onerror = onError;
      if (source !== undefined && image.src !== source.uri) image.src = source.uri;
      image.style.zIndex = isFront ? 1 : 0;
      image.dataset.front = isFront;
      if (isFront && source !== undefined && front !== source.uri) {
        front = source.uri;
        seen.swaps[cameraId] += 1;
      }
    });
  }));
}
(function look() {
  for (const [cameraId, swaps] of Object.entries(seen.swaps)) {
    const image = document.querySelector('#' + cameraId + ' img[data-front=true]');
    if (swaps > 0 && !(image?.complete && image.naturalWidth > 0)) seen.blanks += 1;
  }
  requestAnimationFrame(look);
})();
globalThis.brightness = (cameraId) => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  context.drawImage(document.querySelector('#' + cameraId + ' img[data-front=true]'), 80, 60, 1, 1, 0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[1];
};
globalThis.hide = (isHidden) => {
  Object.defineProperty(document, 'visibilityState', { value: isHidden ? 'hidden' : 'visible', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
};
</script>`;

/** What the page counts. */
interface Seen {
  addresses: number;
  blanks: number;
  kinds: Record<string, string>;
  swaps: Record<string, number>;
}

describe('The client in Chromium', function () {
  this.timeout(90_000);
  let stage: Stage;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    stage = await Stage.open(PAGE);
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`${stage.front.origin}/page`);
  });
  after(async () => {
    await browser?.close();
    await stage?.close();
  });

  const seen = () => page.evaluate<Seen>('seen');
  const shownMore = async (timeoutMs = 20_000) => {
    const before = (await seen()).swaps;
    const isMore = async () =>
      Object.entries((await seen()).swaps).every(([id, swaps]) => swaps > (before[id] ?? 0) + 5);
    await waitFor(isMore, { timeoutMs, message: 'more pictures' });
  };

  it('shows each camera its own picture', async () => {
    await shownMore();
    const [dark, bright] = [
      await page.evaluate('brightness("dark")'),
      await page.evaluate('brightness("bright")'),
    ];
    expect(bright).to.be.greaterThan((dark as number) + 80);
    expect((await seen()).kinds).to.deep.equal({ dark: 'live', bright: 'live' });
  });

  it('never shows an empty layer, and frees the pictures that are no longer shown', async () => {
    await shownMore();
    const { blanks, addresses } = await seen();
    expect(blanks).to.equal(0);
    expect(addresses).to.be.within(2, 6);
  });

  it('lets the socket go while the page is hidden', async () => {
    await page.evaluate('hide(true)');
    await waitFor(async () => (await stage.openSockets()) === 0);
    expect((await seen()).kinds.dark).to.equal('paused');
    await page.evaluate('hide(false)');
    await shownMore();
  });

  it('goes on after the death of every worker, and after a restart of the gateway', async () => {
    await stage.killWorkers();
    await shownMore(30_000);
    await stage.restart();
    await shownMore(30_000);
    expect((await seen()).blanks).to.equal(0);
  });

  it('shows cameras of a gateway at another address, which allows its page', async () => {
    const watch = `new GatewayClient({ baseUrl: '${stage.gateway.origin}', token: '${TOKEN}' })
      .watchCamera('bright', {}, ({ jpeg }) => { globalThis.elsewhere = jpeg.length })`;
    await page.evaluate(
      `import('/client/client.ts').then(({ GatewayClient }) => { globalThis.away = ${watch} })`,
    );
    await waitFor(() => page.evaluate('globalThis.elsewhere > 0'));
    await page.evaluate('away.close()');
  });

  it("opens its socket with a ticket, since a page's socket sends no token", async () => {
    const before = stage.front.upgrades.length;
    const watch = `new GatewayClient({ baseUrl: location.origin, token: '${TOKEN}' })
      .watchCamera('dark', { onState: ({ fault }) => { globalThis.why = fault } }, () => { globalThis.isIn = true })`;
    await page.evaluate(
      `import('/client/client.ts').then(({ GatewayClient }) => { globalThis.signedIn = ${watch} })`,
    );
    await waitFor(() => page.evaluate('globalThis.isIn === true'));
    await page.evaluate('signedIn.close()');
    expect(stage.front.upgrades[before]).to.match(/^\/ws\?ticket=./);
    expect(stage.front.upgrades[before]).not.to.include(TOKEN);
  });

  describe('plays video by WHEP', () => {
    const state = () => page.evaluate<string>('played.state.kind');
    const moved = async () => {
      const before = await page.evaluate<number>('player.currentTime');
      await waitFor(async () => (await page.evaluate<number>('player.currentTime')) > before, {
        timeoutMs: 30_000,
        message: 'the video to go on',
      });
    };
    const sessions = async () =>
      (
        (await (await fetch(`${stage.gateway.origin}/api/streams/status`)).json()) as {
          activeSessions: number;
        }
      ).activeSessions;

    it('with a token, and again after the death of every worker', async () => {
      await page.evaluate(`import('/client/client.ts').then(({ GatewayClient }) => {
        globalThis.player = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
        document.body.append(player);
        const client = new GatewayClient({ baseUrl: location.origin, token: '${TOKEN}' });
        globalThis.losses = 0;
        globalThis.played = client.playWhep('bright', {
          onStream: (stream) => { player.srcObject = stream },
          onState: ({ kind }) => { if (kind === 'offline') losses += 1 },
        });
      })`);
      await waitFor(async () => (await state()) === 'live', { timeoutMs: 20_000 });
      await moved();
      const before = await page.evaluate<number>('losses');
      await stage.killWorkers();
      await waitFor(async () => (await page.evaluate<number>('losses')) > before, { timeoutMs: 30_000 });
      await waitFor(async () => (await state()) === 'live', { timeoutMs: 30_000 });
      await moved();
    });

    it('and ends its session when closed', async () => {
      // The end of those before is told, and not waited for.
      await waitFor(async () => (await sessions()) === 1);
      await page.evaluate('played.close()');
      await waitFor(async () => (await sessions()) === 0);
      expect(await state()).to.equal('closed');
    });
  });

  it('frees every picture when closed', async () => {
    await page.evaluate('for (const picture of pictures) picture.close()');
    expect((await seen()).addresses).to.equal(0);
  });
});
