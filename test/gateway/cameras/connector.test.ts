import { expect } from 'chai';
import type { ConnectRequest } from '#shared/contract/connect.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { Connector } from '../../../gateway/cameras/connector.ts';
import { Reconciler } from '../../../gateway/cameras/reconciler.ts';
import { VideoCarrier } from '../../../gateway/cameras/video-carrier.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { type Answer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { asRtsp, cameraSource } from '../../support/camera-source.ts';
import { rejection } from '../../support/errors.ts';
import { routingTo } from '../../support/routing.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const CONNECT = 'POST /internal/connect';

describe('Connector', () => {
  let worker: WorkerDouble;
  let pool: FakePool;
  let directory: CameraDirectory;
  let reconciler: Reconciler;
  let connector: Connector;

  beforeEach(async () => {
    worker = await WorkerDouble.open();
    pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    directory = new CameraDirectory(2, new Redactor());
    const routing = routingTo(pool);
    reconciler = new Reconciler({
      directory,
      routing,
      pool,
      carrier: new VideoCarrier(silentLog),
      log: silentLog,
    });
    reconciler.start();
    connector = new Connector({ directory, routing, reconciler });
  });

  afterEach(async () => {
    await reconciler.close();
    await worker.close();
  });

  function request(cameraId: string, change: Partial<ConnectRequest> = {}): ConnectRequest {
    return { cameraId, name: undefined, location: undefined, source: cameraSource(), ...change };
  }

  /** Answers as a worker that has the first frame once the returned function is called. */
  function holdConnects(): (() => void)[] {
    const held: (() => void)[] = [];
    worker.answers.set(CONNECT, (_request, response) => {
      held.push(() => response.end('{}'));
    });
    return held;
  }

  it('wants a camera from its first frame on, under the name given or one made of its id', async () => {
    await connector.connect(request('1'));
    await connector.connect(request('2', { name: 'Garage', location: 'Yard' }));
    expect(directory.get('1')).to.include({ name: 'Camera 1', location: '', origin: 'connected' });
    expect(directory.get('2')).to.include({ name: 'Garage', location: 'Yard' });
    expect(worker.cameras.get('1')?.source).to.deep.equal(cameraSource());
  });

  it('replaces the source of a camera and keeps its name', async () => {
    await connector.connect(request('1', { name: 'Garage' }));
    await connector.connect(request('1', { source: cameraSource(555) }));
    expect(directory.get('1').name).to.equal('Garage');
    expect(asRtsp(directory.get('1').source)?.port).to.equal(555);
  });

  it('passes the failure of a camera on with its code, and wants what it wanted before', async () => {
    await connector.connect(request('1'));
    const problem = { code: 'camera-unauthorized', error: 'The camera refused the credentials' };
    worker.answers.set(CONNECT, refuseWith(502, problem));
    for (const id of ['1', '2']) {
      const error = await rejection(connector.connect(request(id, { source: cameraSource(555) })));
      expect([error.code, error.message]).to.deep.equal([problem.code, problem.error]);
    }
    expect(directory.list().map(({ id, source }) => `${id} ${asRtsp(source)?.port}`)).to.deep.equal([
      '1 554',
    ]);
  });

  it('tells a worker that answers nonsense, none, or is gone apart', async () => {
    const codeOf = async (answer: Answer) => {
      worker.answers.set(CONNECT, answer);
      return (await rejection(connector.connect(request('1')))).code;
    };
    expect(await codeOf((_request, response) => response.end('<html>'))).to.equal('worker-failed');
    expect(await codeOf(refuseWith(500, { code: 'no-such-code' }))).to.equal('worker-failed');
    expect(await codeOf((incoming) => incoming.socket.destroy())).to.equal('worker-failed');
    pool.takeDown('rtsp-0', { retryAfterMs: 2000 });
    const error = await rejection(connector.connect(request('1')));
    expect([error.code, error.retryAfter]).to.deep.equal(['worker-not-ready', 2]);
  });

  it('neither follows a redirect of a worker nor takes it for a success', async () => {
    worker.answers.set(CONNECT, refuseWith(302, {}, { Location: `${worker.origin}/elsewhere` }));
    expect((await rejection(connector.connect(request('1')))).code).to.equal('worker-failed');
    expect(worker.requests.filter(({ url }) => url === '/elsewhere')).to.deep.equal([]);
  });

  it('lets the newest of several requests for a camera win, whichever answers first', async () => {
    const held = holdConnects();
    const older = connector.connect(request('1', { source: cameraSource(1001) }));
    await waitFor(() => held.length === 1);
    const newer = connector.connect(request('1', { source: cameraSource(1002) }));
    await waitFor(() => held.length === 2);
    held[1]?.();
    await newer;
    held[0]?.();
    expect((await rejection(older)).code).to.equal('camera-replaced');
    expect(asRtsp(directory.get('1').source)?.port).to.equal(1002);
    await waitFor(() => asRtsp(worker.cameras.get('1')?.source)?.port === 1002);
  });

  it('does not want a camera that was disconnected while it was being connected', async () => {
    const held = holdConnects();
    const connecting = connector.connect(request('1'));
    await waitFor(() => held.length === 1);
    await connector.disconnect('1');
    worker.cameras.set('1', { cameraId: '1', source: cameraSource() });
    held[0]?.();
    expect((await rejection(connecting)).code).to.equal('camera-replaced');
    expect(directory.has('1')).to.equal(false);
    await waitFor(() => !worker.cameras.has('1'));
  });

  it('tells other gateways of a camera before it answers, and before it takes the camera from its worker', async () => {
    const told: string[] = [];
    connector = new Connector({
      ...{ directory, routing: routingTo(pool), reconciler },
      whenShared: async () => void told.push(`${directory.has('1')} ${worker.cameras.has('1')}`),
    });
    await connector.connect(request('1'));
    await connector.disconnect('1');
    expect(told).to.deep.equal(['true true', 'false true']);
    expect(worker.cameras.has('1')).to.equal(false);
  });

  describe('with workers that other gateways may give orders to', () => {
    beforeEach(() => {
      connector = new Connector({ directory, routing: routingTo(pool), reconciler, epochOf: () => 7 });
    });

    it('says with each order how often the camera moved', async () => {
      await connector.connect(request('1'));
      await connector.disconnect('1');
      expect(worker.cameras.has('1')).to.equal(false);
      const [order] = worker.requests.filter(({ url }) => url === '/internal/connect');
      expect(JSON.parse(order?.body ?? '')).to.include({ cameraId: '1', epoch: 7 });
      expect(worker.requests.map(({ url }) => url)).to.include('/internal/cameras/1?epoch=7');
    });

    it('tells a client to try again while the camera moves', async () => {
      worker.answers.set(
        CONNECT,
        refuseWith(409, { code: 'stale-order', error: 'Camera 1 has moved since' }),
      );
      const error = await rejection(connector.connect(request('1')));
      expect([error.code, error.retryAfter]).to.deep.equal(['worker-not-ready', 1]);
    });

    it('leaves a camera that moved to its new worker when it is disconnected', async () => {
      await connector.connect(request('1'));
      const refusal = refuseWith(409, { code: 'stale-order', error: 'Camera 1 has moved since' });
      worker.answers.set('DELETE /internal/cameras/1', refusal);
      await connector.disconnect('1');
      expect(directory.has('1')).to.equal(false);
    });
  });

  it('takes no more cameras than the gateway has room for', async () => {
    await connector.connect(request('1'));
    await connector.connect(request('2'));
    expect((await rejection(connector.connect(request('3')))).code).to.equal('too-many-requests');
    expect(worker.cameras.has('3')).to.equal(false);
  });

  it('counts the cameras that are being connected, and no more those that failed', async () => {
    const held = holdConnects();
    const connecting = [connector.connect(request('1')), connector.connect(request('2'))];
    await waitFor(() => held.length === 2);
    expect((await rejection(connector.connect(request('3')))).code).to.equal('too-many-requests');
    for (const answer of held) answer();
    await Promise.all(connecting);
    await connector.disconnect('1');
    worker.answers.set(CONNECT, refuseWith(502, { code: 'camera-unreachable', error: 'No answer' }));
    expect((await rejection(connector.connect(request('3')))).code).to.equal('camera-unreachable');
    worker.answers.delete(CONNECT);
    await connector.connect(request('4'));
  });

  it('disconnects immediately, also an unknown camera', async () => {
    await connector.connect(request('1'));
    await connector.disconnect('1');
    expect([directory.has('1'), worker.cameras.has('1')]).to.deep.equal([false, false]);
    await connector.disconnect('never');
  });

  it('disconnects while the worker is down or fails, and the worker forgets the camera later', async () => {
    await connector.connect(request('1'));
    pool.takeDown('rtsp-0');
    await connector.disconnect('1');
    pool.bringUp('rtsp-0', worker);
    await waitFor(() => !worker.cameras.has('1'));
    await connector.connect(request('2'));
    worker.answers.set('DELETE /internal/cameras/2', refuseWith(500, { code: 'internal-error' }));
    await connector.disconnect('2');
    expect(directory.has('2')).to.equal(false);
  });
});
