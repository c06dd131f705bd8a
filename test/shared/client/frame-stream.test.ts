import { expect } from 'chai';
import {
  type CameraWatch,
  type Detections,
  type Frame,
  GatewayClient,
  type GatewayClientOptions,
  type WatchOptions,
  type WatchState,
} from '#shared/client/client.ts';
import { waitFor } from '../../support/wait-for.ts';
import { GatewayDouble } from './gateway-double.ts';

/** `AppState` of React Native, moved by the test. */
class AppState {
  currentState = 'active';
  readonly #listeners = new Set<(state: string) => void>();

  addEventListener(_type: 'change', listener: (state: string) => void): { remove(): void } {
    this.#listeners.add(listener);
    return { remove: () => this.#listeners.delete(listener) };
  }

  become(state: string): void {
    this.currentState = state;
    for (const listener of this.#listeners) listener(state);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

describe('The frame stream', () => {
  let gateway: GatewayDouble;
  let clients: GatewayClient[];

  beforeEach(async () => {
    gateway = await GatewayDouble.open();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await gateway.close();
  });

  function open(options: Partial<GatewayClientOptions> = {}): GatewayClient {
    const client = new GatewayClient({ baseUrl: gateway.origin, ...options });
    clients.push(client);
    return client;
  }

  /** A viewer that remembers. */
  function view(client: GatewayClient, cameraId: string, options: WatchOptions = {}) {
    const frames: Frame[] = [];
    const states: WatchState[] = [];
    const onState = (state: WatchState) => void states.push(state);
    const watch: CameraWatch = client.watchCamera(cameraId, { ...options, onState }, (frame) =>
      frames.push(frame),
    );
    return { watch, frames, states, kinds: () => states.map(({ kind }) => kind) };
  }

  const subscribed = (count: number) => waitFor(() => gateway.said('subscribe').length >= count);

  it('carries several cameras over one socket', async () => {
    const client = open();
    const one = view(client, '1', { fps: 5, width: 640 });
    const two = view(client, '2');
    await subscribed(2);
    expect(gateway.open).to.equal(1);
    expect(gateway.said('subscribe')[0]).to.deep.equal({
      action: 'subscribe',
      cameraId: '1',
      multiple: true,
      encoding: 'binary',
      fps: 5,
      width: 640,
      quality: 80,
      detections: false,
    });
    gateway.sendFrame('1');
    gateway.sendFrame('2');
    await waitFor(() => one.frames.length > 0 && two.frames.length > 0);
    expect([one.frames[0]?.cameraId, two.frames[0]?.cameraId]).to.deep.equal(['1', '2']);
    expect([...(one.frames[0]?.jpeg ?? [])]).to.deep.equal([0xff, 0xd8, 0xff, 0xd9]);
  });

  it('asks once for all viewers of a camera: for the most that any of them wants', async () => {
    const client = open();
    const small = view(client, '1', { fps: 1, width: 320, quality: 60 });
    await subscribed(1);
    const large = view(client, '1', { fps: 10, width: 1280 });
    await subscribed(2);
    expect(gateway.said('subscribe')[1]).to.include({ fps: 10, width: 1280, quality: 80 });
    large.watch.close();
    await subscribed(3);
    expect(gateway.said('subscribe')[2]).to.include({ fps: 1, width: 320, quality: 60 });
    small.watch.close();
    await waitFor(() => gateway.open === 0);
  });

  it('gives a viewer no more frames than it asked for', async () => {
    const client = open();
    const slow = view(client, '1', { fps: 1 });
    const fast = view(client, '1', { fps: 10 });
    await subscribed(1);
    for (let index = 0; index < 20; index += 1) {
      gateway.sendFrame('1', { timestamp: 1000 + index / 10 });
      await waitFor(() => fast.frames.length === index + 1);
    }
    expect(slow.frames.map(({ timestamp }) => Math.floor(timestamp))).to.deep.equal([1000, 1001]);
  });

  it('subscribes again after the gateway cut it off', async () => {
    const { frames, kinds } = view(open(), '1');
    await subscribed(1);
    gateway.sendFrame('1');
    await waitFor(() => frames.length === 1);
    gateway.cut();
    await subscribed(2);
    gateway.sendFrame('1');
    await waitFor(() => frames.length === 2);
    expect(kinds()).to.deep.equal(['live']);
  });

  it('notices a gateway that fell silent, and takes a new connection', async () => {
    gateway.answersPings = false;
    view(open({ timings: { silenceMs: 40, pongMs: 40, tickMs: 10 } }), '1');
    await waitFor(() => gateway.upgrades.length === 2);
    expect(gateway.said('ping')).to.have.length.at.least(1);
  });

  it('keeps a connection that answers, though no camera sends anything', async () => {
    view(open({ timings: { silenceMs: 20, pongMs: 5000, tickMs: 10 } }), '1');
    await waitFor(() => gateway.said('ping').length > 3);
    expect(gateway.upgrades).to.have.length(1);
  });

  describe('reports why there is no picture:', () => {
    const quick = { tickMs: 10, inquiryMs: 20, openMs: 2000 };

    it('the camera, with what to do about it', async () => {
      gateway.status = {
        connected: false,
        reason: 'camera-unauthorized',
        detail: 'The camera refuses the password',
        hint: 'Check user name and password',
      };
      const { states, frames } = view(open({ timings: quick }), '1');
      await waitFor(() => states.at(-1)?.kind === 'offline');
      expect(states.at(-1)?.fault).to.deep.equal({
        code: 'camera-unauthorized',
        message: 'The camera refuses the password',
        hint: 'Check user name and password',
      });
      gateway.sendFrame('1');
      await waitFor(() => frames.length === 1);
      expect(states.at(-1)).to.include({ kind: 'live', fault: undefined });
    });

    it('what the gateway answers to a subscription', async () => {
      const { states } = view(open(), '1');
      const other = view(open(), '2');
      await subscribed(2);
      gateway.send({ type: 'error', code: 'camera-not-found', message: 'No camera 1 yet', cameraId: '1' });
      await waitFor(() => states.length > 0);
      expect(states[0]?.fault?.code).to.equal('camera-not-found');
      expect(other.states).to.deep.equal([]);
    });

    it('a gateway that refuses', async () => {
      gateway.refusal = { status: 401, code: 'unauthorized' };
      const { states } = view(open({ timings: quick }), '1');
      await waitFor(() => states.at(-1)?.kind === 'offline');
      expect(states.at(-1)?.fault?.code).to.equal('unauthorized');
      gateway.refusal = undefined;
      await subscribed(1);
    });

    it('a gateway that is not there', async () => {
      const { states } = view(open({ baseUrl: 'http://127.0.0.1:9', timings: quick }), '1');
      await waitFor(() => states.at(-1)?.kind === 'offline');
      expect(states.at(-1)?.fault?.code).to.equal('gateway-unreachable');
    });

    it('something in between that passes no WebSockets', async () => {
      const client = open({
        timings: quick,
        openSocket: (url) =>
          new WebSocket(url.replace('/ws', '/elsewhere').replace('127.0.0.1', 'localhost.invalid')),
      });
      const { states } = view(client, '1');
      await waitFor(() => states.at(-1)?.kind === 'offline');
      expect(states.at(-1)?.fault?.code).to.equal('websocket-failed');
    });
  });

  it('calls a picture stale with its age once frames stop, and holds no fault against it that is over', async () => {
    const { states } = view(open({ timings: { tickMs: 10 } }), '1', { fps: 60 });
    await subscribed(1);
    gateway.send({ type: 'error', code: 'camera-not-found', message: 'No camera 1 yet', cameraId: '1' });
    await waitFor(() => states.at(-1)?.kind === 'offline');
    gateway.sendFrame('1');
    const stale = await waitFor(() => states.find(({ kind }) => kind === 'stale'));
    expect(stale.ageMs).to.be.greaterThan(3000);
    await waitFor(() => states.filter(({ kind }) => kind === 'stale').length > 1);
    expect(states.slice(0, 3).map(({ kind }) => kind)).to.deep.equal(['offline', 'live', 'stale']);
  });

  describe('without a visible viewer', () => {
    it('closes the socket in the background and is back immediately in front', async () => {
      const appState = new AppState();
      const client = open({ appState });
      const { watch, frames, kinds } = view(client, '1');
      await subscribed(1);
      appState.become('background');
      await waitFor(() => gateway.open === 0);
      expect(watch.state.kind).to.equal('paused');
      appState.become('active');
      await subscribed(2);
      gateway.sendFrame('1');
      await waitFor(() => frames.length === 1);
      expect(kinds()).to.deep.equal(['paused', 'connecting', 'live']);
      client.close();
      expect(appState.listeners).to.equal(0);
    });

    it('stays through a passing state, as behind the notifications of iOS', async () => {
      const appState = new AppState();
      const { watch } = view(open({ appState }), '1');
      await subscribed(1);
      appState.become('inactive');
      expect(watch.state.kind).to.equal('connecting');
      expect(gateway.open).to.equal(1);
    });

    it('opens no socket before a viewer is visible', async () => {
      const appState = new AppState();
      appState.currentState = 'background';
      const { watch } = view(open({ appState }), '1');
      expect(watch.state.kind).to.equal('paused');
      appState.become('active');
      await subscribed(1);
      expect(gateway.upgrades).to.have.length(1);
    });

    it('ends the subscription of a viewer that is paused, and no other', async () => {
      const client = open();
      const one = view(client, '1');
      const two = view(client, '2');
      await subscribed(2);
      one.watch.pause();
      await waitFor(() => gateway.said('unsubscribe').length === 1);
      expect(gateway.said('unsubscribe')[0]).to.include({ cameraId: '1' });
      gateway.sendFrame('1');
      gateway.sendFrame('2');
      await waitFor(() => two.frames.length === 1);
      expect(one.frames).to.deep.equal([]);
      one.watch.resume();
      await subscribed(3);
      expect(one.kinds()).to.deep.equal(['paused', 'connecting']);
    });
  });

  it('reconnects immediately when the network returns', async () => {
    let setOnline: (isOnline: boolean) => void = () => {};
    gateway.refusal = { status: 503, code: 'draining' };
    const client = open({
      network: (listener) => {
        setOnline = listener;
        return () => {};
      },
    });
    const { states } = view(client, '1');
    await waitFor(() => states.at(-1)?.kind === 'offline');
    const before = gateway.upgrades.length;
    gateway.refusal = undefined;
    setOnline(true);
    await subscribed(1);
    expect(gateway.upgrades.length).to.equal(before + 1);
  });

  it('does not trust an open connection when the network returns', async () => {
    let setOnline: (isOnline: boolean) => void = () => {};
    const network = (listener: (isOnline: boolean) => void) => {
      setOnline = listener;
      return () => {};
    };
    view(open({ network }), '1');
    await subscribed(1);
    setOnline(true);
    await waitFor(() => gateway.said('ping').length === 1);
  });

  it('skips frames for a viewer that takes its time', async () => {
    let finish: () => void = () => {};
    const taken: number[] = [];
    const watch = open().watchCamera('1', {}, ({ sequence }) => {
      taken.push(sequence);
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await subscribed(1);
    gateway.sendFrame('1');
    await waitFor(() => taken.length === 1);
    for (let index = 0; index < 4; index += 1) gateway.sendFrame('1');
    await waitFor(() => watch.skipped === 3);
    finish();
    await waitFor(() => taken.length === 2);
    expect(taken).to.deep.equal([1, 5]);
  });

  it('sends the token as a header where it can, and asks for it with every connection', async () => {
    const tokens = ['one', 'two', 'three'];
    view(open({ token: () => tokens.shift() }), '1');
    await subscribed(1);
    gateway.cut();
    await subscribed(2);
    expect(gateway.upgrades.map(({ authorization }) => authorization)).to.deep.equal([
      'Bearer one',
      'Bearer two',
    ]);
  });

  it('passes on what analysis saw to those who want it', async () => {
    const found: Detections[] = [];
    view(open(), '1', { onDetections: (detections) => void found.push(detections) });
    await subscribed(1);
    expect(gateway.said('subscribe')[0]).to.include({ detections: true });
    const box = [0.1, 0.2, 0.3, 0.4];
    const objects = [{ label: 'person', score: 0.9, box, trackId: 1 }];
    gateway.send({ type: 'detections', cameraId: '1', timestamp: 5, objects });
    await waitFor(() => found.length === 1);
    expect(found[0]?.objects).to.deep.equal(objects);
  });

  describe('in React Native', () => {
    const product = Object.getOwnPropertyDescriptor(navigator, 'product');

    beforeEach(() => {
      Object.defineProperty(navigator, 'product', { value: 'ReactNative', configurable: true });
    });
    afterEach(() => {
      if (product === undefined) Reflect.deleteProperty(navigator, 'product');
      else Object.defineProperty(navigator, 'product', product);
    });

    it('takes notifications, whose addresses an image view loads by itself', async () => {
      const { frames } = view(open(), '1');
      await subscribed(1);
      expect(gateway.said('subscribe')[0]).to.include({ encoding: 'notify' });
      const sequence = gateway.sendFrame('1', { encoding: 'notify' });
      await waitFor(() => frames.length === 1);
      expect(frames[0]).to.include({
        url: `${gateway.origin}/api/cameras/1/frame?seq=${sequence}`,
        jpeg: undefined,
      });
    });

    it("gives the token to React Native's own third argument", async () => {
      const opened: unknown[][] = [];
      const before = globalThis.WebSocket;
      globalThis.WebSocket = class {
        constructor(...given: unknown[]) {
          opened.push(given);
        }
        close() {}
      } as unknown as typeof WebSocket;
      try {
        view(open({ token: 'secret' }), '1');
        await waitFor(() => opened.length === 1);
      } finally {
        globalThis.WebSocket = before;
      }
      const address = `${gateway.origin.replace('http', 'ws')}/ws`;
      expect(opened[0]).to.deep.equal([address, undefined, { headers: { Authorization: 'Bearer secret' } }]);
    });
  });
});
