import { expect } from 'chai';
import type { AppError } from '#shared/errors.ts';
import type { FrameSubscriber } from '#shared/frames/frame-socket.ts';
import { encodeBinaryFrame, type FramePayload } from '#shared/frames/payload.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import { CameraChannel } from '../../../gateway/analysis/camera-channel.ts';
import { FrameRelay } from '../../../gateway/sockets/frame-relay.ts';
import type { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { textFrame } from '../../doubles/feed-double.ts';
import { WorkerDouble } from '../../doubles/worker-double.ts';
import { routingTo } from '../../support/routing.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const NAMES = ['rtsp-0', 'rtsp-1'];

/** Remembers what it was given. */
class SubscriberDouble implements FrameSubscriber {
  readonly payloads: FramePayload[] = [];
  readonly codes: string[] = [];

  readonly told: FramePayload[] = [];

  notify(payload: FramePayload): void {
    this.told.push(payload);
  }

  deliver(payload: FramePayload): void {
    this.payloads.push(payload);
  }

  fail({ code }: AppError): void {
    this.codes.push(code);
  }
}

describe('FrameRelay', () => {
  let workers: WorkerDouble[];
  let pool: FakePool;
  let known: Set<string>;
  let routing: CameraRouting;
  let relay: FrameRelay;
  let channel: CameraChannel;

  beforeEach(async () => {
    workers = [await WorkerDouble.open(), await WorkerDouble.open()];
    pool = new FakePool(NAMES);
    known = new Set(['1', '2', '3', '4']);
    channel = new CameraChannel();
    routing = routingTo(pool, { workers: NAMES, ids: known });
    relay = new FrameRelay({
      pool,
      routing,
      detections: channel,
      log: silentLog,
    });
    for (const [index, name] of NAMES.entries()) pool.bringUp(name, workers[index] as WorkerDouble);
  });

  afterEach(async () => {
    relay.close();
    await Promise.all(workers.map((worker) => worker.close()));
  });

  const workerOf = (id: string) => workers[NAMES.indexOf(routing.nameOf(id))] as WorkerDouble;
  const subscriptions = (id: string) => workerOf(id).subscriptions.filter(({ cameraId }) => cameraId === id);

  function request(cameraId: string, change: Partial<FrameRequest> = {}): FrameRequest {
    return { cameraId, fps: 15, quality: 80, encoding: 'base64', ...change };
  }

  /** Publishes until a subscriber got a frame, since a subscription takes time to reach the worker. */
  async function publishUntilDelivered(id: string, subscriber: SubscriberDouble): Promise<void> {
    const before = subscriber.payloads.length;
    await waitFor(() => {
      workerOf(id).publish(id, textFrame(id, 1));
      return subscriber.payloads.length > before;
    });
  }

  it('asks the worker that owns the camera for what the client wants', async () => {
    for (const id of ['1', '2', '3', '4']) relay.open(request(id, { fps: 2 }), new SubscriberDouble());
    await waitFor(() => workers.reduce((sum, worker) => sum + worker.subscriptions.length, 0) === 4);
    for (const id of ['1', '2', '3', '4']) expect(subscriptions(id)).to.deep.equal([request(id, { fps: 2 })]);
    expect(workers.every(({ links }) => links === 1)).to.equal(true);
  });

  it('asks an agent once for both encodings', async () => {
    const [worker] = workers as [WorkerDouble];
    const placed = { ...routing, nameOf: () => 'agent-home', workers: ['agent-home'] };
    const further = {
      refusalOf: () => undefined,
      onWorkers: () => () => {},
      onPlacement: () => () => {},
    };
    const agents = new FakePool(['agent-home']);
    const far = new FrameRelay({ pool: agents, routing: { ...placed, ...further }, log: silentLog });
    agents.bringUp('agent-home', worker);
    const [text, binary] = [new SubscriberDouble(), new SubscriberDouble()];
    const open = [far.open(request('1'), text), far.open(request('1', { encoding: 'binary' }), binary)];
    await waitFor(() => worker.subscriptions.length > 0);
    expect(worker.subscriptions).to.deep.equal([request('1', { encoding: 'binary' })]);
    const facts = { cameraId: '1', timestamp: 1.5, sequence: 7, width: 320, height: 240 };
    const jpeg = Buffer.from('a picture');
    worker.publish('1', encodeBinaryFrame(facts, jpeg));
    await waitFor(() => text.payloads.length + binary.payloads.length === 2);
    const [frame] = text.payloads.map(({ data }) => JSON.parse(String(data)));
    expect(frame).to.deep.equal({ type: 'frame', ...facts, data: jpeg.toString('base64') });
    for (const subscription of open) subscription.close();
    await waitFor(() => worker.subscriptions.length === 0);
    far.close();
  });

  it('tells what analysis sees to those who asked for it, until they leave', () => {
    const [asking, other] = [new SubscriberDouble(), new SubscriberDouble()];
    const opened = relay.open(request('1', { detections: true }), asking);
    relay.open(request('1'), other);
    const notify = (cameraId: string) =>
      channel.notifyDetections({ type: 'detections', cameraId, timestamp: 1, objects: [] });
    notify('1');
    notify('2');
    opened.close();
    notify('1');
    expect(asking.told.map(({ data }) => JSON.parse(data.toString()).cameraId)).to.deep.equal(['1']);
    expect(other.told).to.deep.equal([]);
  });

  it('follows a camera to a worker that came later', async () => {
    routing.spreadOver([]);
    const subscriber = new SubscriberDouble();
    relay.open(request('1'), subscriber);
    routing.spreadOver(['rtsp-1']);
    pool.bringUp('rtsp-1', workers[1] as WorkerDouble);
    await publishUntilDelivered('1', subscriber);
  });

  it('delivers frames byte for byte, text or not', async () => {
    const subscriber = new SubscriberDouble();
    relay.open(request('1'), subscriber);
    await waitFor(() => subscriptions('1').length === 1);
    const payloads = [textFrame('1', 1, 100_000), { data: Buffer.from([0, 255, 7]), binary: true }];
    for (const payload of payloads) workerOf('1').publish('1', payload);
    await waitFor(() => subscriber.payloads.length === 2);
    expect(subscriber.payloads).to.deep.equal(payloads);
  });

  it('shares one subscription between equal received, and gives everyone the same bytes', async () => {
    const subscribers = Array.from({ length: 10 }, () => new SubscriberDouble());
    const opened = subscribers.map((subscriber) => relay.open(request('1'), subscriber));
    await waitFor(() => subscriptions('1').length === 1);
    workerOf('1').publish('1', textFrame('1', 1));
    await waitFor(() => subscribers.every(({ payloads }) => payloads.length === 1));
    expect(new Set(subscribers.map(({ payloads }) => payloads[0])).size).to.equal(1);
    expect(relay.upstreamSubscriptions).to.equal(1);
    for (const one of opened.slice(1)) one.close();
    await publishUntilDelivered('1', subscribers[0] as SubscriberDouble);
    opened[0]?.close();
    await waitFor(() => subscriptions('1').length === 0);
    expect(relay.upstreamSubscriptions).to.equal(0);
  });

  it('keeps different received for one camera apart', async () => {
    relay.open(request('1'), new SubscriberDouble());
    relay.open(request('1', { width: 320 }), new SubscriberDouble());
    await waitFor(() => subscriptions('1').length === 2);
  });

  it('sends a new subscriber the newest frame immediately, but no frame of a removed camera', async () => {
    const [first, second, third] = [new SubscriberDouble(), new SubscriberDouble(), new SubscriberDouble()];
    relay.open(request('1', { fps: 0.1 }), first);
    await publishUntilDelivered('1', first);
    relay.open(request('1', { fps: 0.1 }), second);
    expect(second.payloads).to.deep.equal([first.payloads.at(-1)]);
    known.delete('1');
    relay.open(request('1', { fps: 0.1 }), third);
    expect(third.payloads).to.deep.equal([]);
  });

  it('tells of an unknown camera and delivers when it comes', async () => {
    const subscriber = new SubscriberDouble();
    relay.open(request('new'), subscriber);
    expect(subscriber.codes).to.deep.equal(['camera-not-found']);
    known.add('new');
    await publishUntilDelivered('new', subscriber);
    expect(subscriber.codes).to.have.length(1);
  });

  it('waits without a fault for a worker that is not ready yet', async () => {
    pool.takeDown(routing.nameOf('1'));
    const subscriber = new SubscriberDouble();
    relay.open(request('1'), subscriber);
    expect(subscriber.codes).to.deep.equal([]);
    pool.bringUp(routing.nameOf('1'), workerOf('1'));
    await publishUntilDelivered('1', subscriber);
  });

  it('forgets what was closed while the worker was away', async () => {
    const opened = relay.open(request('1'), new SubscriberDouble());
    await waitFor(() => subscriptions('1').length === 1);
    pool.takeDown(routing.nameOf('1'));
    opened.close();
    relay.open(request('1', { fps: 1 }), new SubscriberDouble());
    pool.bringUp(routing.nameOf('1'), workerOf('1'));
    await waitFor(() => subscriptions('1').some(({ fps }) => fps === 1));
    expect(subscriptions('1')).to.have.length(1);
  });

  it('opens a broken link again while the worker stays ready', async () => {
    const subscriber = new SubscriberDouble();
    relay.open(request('1'), subscriber);
    await publishUntilDelivered('1', subscriber);
    workerOf('1').breakLink();
    await waitFor(() => workerOf('1').linkAttempts === 2);
    await publishUntilDelivered('1', subscriber);
    expect(workerOf('1').links).to.equal(1);
  });

  for (const status of [404, 500]) {
    it(`F49: lives with a worker that answers its link with ${status}, again and again`, async () => {
      const worker = workerOf('1');
      const subscriber = new SubscriberDouble();
      relay.open(request('1'), subscriber);
      await publishUntilDelivered('1', subscriber);
      worker.linkRefusal = status;
      worker.breakLink();
      const before = worker.linkAttempts;
      await waitFor(() => worker.linkAttempts >= before + 3);
      worker.linkRefusal = undefined;
      await publishUntilDelivered('1', subscriber);
      expect(worker.links).to.equal(1);
    });
  }

  it('ends its links when it is closed, and opens no more', async () => {
    await waitFor(() => workers.every(({ links }) => links === 1));
    relay.close();
    await waitFor(() => workers.every(({ links }) => links === 0));
    pool.bringUp('rtsp-0', workers[0] as WorkerDouble);
    // A link would have been asked for before this.
    await fetch(workers[0]?.origin as string);
    expect(workers[0]?.linkAttempts).to.equal(1);
  });
});
