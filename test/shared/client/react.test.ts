import { expect } from 'chai';
import type { PictureLayer, PictureView } from '#shared/client/camera-picture.ts';
import { GatewayClient, type GatewayClientOptions } from '#shared/client/client.ts';
import { type CameraFrameOptions, createUseCameraFrame } from '#shared/client/react.ts';
import { waitFor } from '../../support/wait-for.ts';
import { GatewayDouble } from './gateway-double.ts';
import { LittleReact } from './little-react.ts';

describe('useCameraFrame', () => {
  let gateway: GatewayDouble;
  let client: GatewayClient;
  let react: LittleReact;
  let view: PictureView;
  let cameraId: string;
  let options: CameraFrameOptions;

  beforeEach(async () => {
    gateway = await GatewayDouble.open();
    react = new LittleReact();
    cameraId = '1';
    options = { width: 640 };
  });
  afterEach(async () => {
    react.unmount();
    client.close();
    await gateway.close();
  });

  async function mount(change: Partial<GatewayClientOptions> = {}): Promise<void> {
    client = new GatewayClient({ baseUrl: gateway.origin, encoding: 'notify', ...change });
    const useCameraFrame = createUseCameraFrame(react);
    react.mount(() => {
      // A new object with every render, as components write it.
      view = useCameraFrame(client, cameraId, { ...options });
    });
    await subscribed(1);
  }

  const subscribed = (count: number) => waitFor(() => gateway.said('subscribe').length >= count);
  const front = () => view.layers.find(({ isFront }) => isFront) as PictureLayer;
  const back = () => view.layers.find(({ isFront }) => !isFront) as PictureLayer;
  const addressOf = (sequence: number, id = '1') =>
    `${gateway.origin}/api/cameras/${id}/frame?seq=${sequence}`;

  /** Sends a frame and waits until it is about to be loaded. */
  async function load(): Promise<string> {
    const address = addressOf(gateway.sendFrame(cameraId, { encoding: 'notify' }), cameraId);
    await waitFor(() => back().source?.uri === address);
    return address;
  }

  it('loads each frame behind the one that is shown and swaps when it is there', async () => {
    await mount();
    const first = await load();
    expect(front().source).to.equal(undefined);
    back().onLoad();
    expect(front().source?.uri).to.equal(first);
    const second = await load();
    expect(front().source?.uri).to.equal(first);
    back().onLoad();
    expect(front().source?.uri).to.equal(second);
    expect(view.layers.map(({ key }) => key)).to.deep.equal(['a', 'b']);
    expect(view.state.kind).to.equal('live');
  });

  it('lets the image view load with the token and without a cache', async () => {
    await mount({ token: 'secret' });
    await load();
    expect(back().source).to.deep.include({ headers: { Authorization: 'Bearer secret' }, cache: 'reload' });
  });

  it('subscribes once, however often it is rendered', async () => {
    await mount();
    for (let index = 0; index < 5; index += 1) react.rerender();
    await load();
    expect(gateway.said('subscribe')).to.have.length(1);
    expect(gateway.upgrades).to.have.length(1);
  });

  it('never shows one camera under the name of another', async () => {
    await mount();
    await load();
    back().onLoad();
    cameraId = '2';
    react.rerender();
    expect(view.cameraId).to.equal('2');
    expect(view.layers.map(({ source }) => source)).to.deep.equal([undefined, undefined]);
    await waitFor(() => gateway.said('unsubscribe').length === 1);
    const address = await load();
    expect(address).to.include('/2/');
    expect(gateway.upgrades).to.have.length(1);
  });

  it('stops while it is paused, with the last picture in place, and goes on after it', async () => {
    await mount();
    const address = await load();
    back().onLoad();
    options = { width: 640, isPaused: true };
    react.rerender();
    await waitFor(() => gateway.open === 0);
    expect([view.state.kind, front().source?.uri]).to.deep.equal(['paused', address]);
    options = { width: 640 };
    react.rerender();
    await subscribed(2);
    await load();
  });

  it('calls the callbacks of the newest render', async () => {
    const called: string[] = [];
    options = { onState: () => void called.push('first') };
    await mount();
    options = { onState: ({ kind }) => void called.push(`second ${kind}`) };
    react.rerender();
    await load();
    expect(called).to.deep.equal(['second live']);
  });

  it('ends its watch when unmounted', async () => {
    await mount();
    react.unmount();
    await waitFor(() => gateway.open === 0);
  });
});
