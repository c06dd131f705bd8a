import { expect } from 'chai';
import { pino } from 'pino';
import { MediamtxClient } from '../../../../gateway/devices/mediamtx/client.ts';
import type { ManagedCamera } from '../../../../gateway/devices/mediamtx/managed-path.ts';
import { MediamtxManager } from '../../../../gateway/devices/mediamtx/manager.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { ManualClock } from '../../jobs/manual-clock.ts';
import { ListedCameras } from '../listed-cameras.ts';
import { MediamtxDouble } from './mediamtx-double.ts';

const URL_1 = 'rtsp://admin:S3cr3t%40Canary@10.0.0.1:554/1';
const URL_2 = 'rtsps://10.0.0.2:322/live?channel=2';

describe('MediamtxManager', () => {
  let server: MediamtxDouble;
  let clock: ManualClock;
  let cameras: ListedCameras<ManagedCamera>;
  let lines: string[];
  let applied: number;
  let manager: MediamtxManager;
  let others: MediamtxManager[];

  beforeEach(async () => {
    server = await MediamtxDouble.open();
    clock = new ManualClock();
    cameras = new ListedCameras([
      { id: '1', url: URL_1 },
      { id: 'door', url: URL_2 },
    ]);
    lines = [];
    applied = 0;
    others = [];
    manager = create();
  });

  afterEach(async () => {
    await Promise.all([manager, ...others].map((one) => one.close()));
    server.close();
  });

  function create({
    owner = 'visual-reasoning-gateway',
    isOnDemand = true,
    isOurTurn = async () => true,
  } = {}): MediamtxManager {
    const one = new MediamtxManager({
      client: new MediamtxClient({ url: server.origin }),
      cameras,
      ownership: { prefix: 'gateway-', owner },
      isOnDemand,
      isOurTurn,
      clock,
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
      onApplied: () => {
        applied += 1;
      },
      settleMs: 1,
    });
    others.push(one);
    return one;
  }

  /** A round of the manager that ends after this was called. */
  async function round(begin: () => void, which = manager): Promise<void> {
    const count = () => which.report().successes + which.report().failures;
    const before = count();
    begin();
    await waitFor(() => count() > before, { message: 'a round' });
  }

  const start = () => round(() => manager.start());
  const change = () => round(() => cameras.change());
  const sourceOf = (name: string) => server.configs.get(name)?.source;

  it('makes a path for each camera, one at a time, and waits until it is there', async () => {
    let looks = 0;
    server.intercept = ({ path }) => {
      if (!path.startsWith('/v3/paths/get')) return undefined;
      looks += 1;
      return looks === 1 ? [404, { status: 'error', error: 'path not found' }] : undefined;
    };
    await start();
    expect(server.calls).to.deep.equal([
      'GET /v3/config/paths/list',
      'POST /v3/config/paths/replace/gateway-1',
      'GET /v3/paths/get/gateway-1',
      'GET /v3/paths/get/gateway-1',
      'POST /v3/config/paths/replace/gateway-door',
      'GET /v3/paths/get/gateway-door',
    ]);
    expect(server.configs.get('gateway-1')).to.include({
      source: URL_1,
      rtspTransport: 'tcp',
      sourceOnDemand: true,
    });
    expect(sourceOf('gateway-door')).to.equal(URL_2);
    expect(manager.report()).to.deep.include({ status: 'ok', managed: 2, problems: [] });
    expect([manager.cameraOf('gateway-door'), manager.cameraOf('other'), applied]).to.deep.equal([
      'door',
      undefined,
      1,
    ]);
  });

  it('sends only settings that every version knows', async () => {
    await start();
    expect(Object.keys(server.seen[1]?.body as object)).to.deep.equal([
      'source',
      'rtspTransport',
      'sourceOnDemand',
      'rpiCameraTextOverlay',
    ]);
  });

  it('changes nothing where nothing is different: every change would throw out the viewers', async () => {
    await start();
    const before = server.changes.length;
    await change();
    await round(() => clock.advance(70_000));
    await manager.close();
    manager = create();
    await start();
    expect(server.changes).to.have.length(before);
  });

  it('follows cameras that change, come and go, and touches no other', async () => {
    await start();
    server.seen.length = 0;
    cameras.cameras = [
      { id: '1', url: URL_1.replace('10.0.0.1', '10.0.0.9') },
      { id: '3', url: URL_2 },
    ];
    await change();
    expect(server.changes).to.deep.equal([
      'DELETE /v3/config/paths/delete/gateway-door',
      'POST /v3/config/paths/replace/gateway-1',
      'POST /v3/config/paths/replace/gateway-3',
    ]);
    expect(sourceOf('gateway-1')).to.include('10.0.0.9');
  });

  it('follows a new password, also where the server hides passwords', async () => {
    await start();
    const hide = () => {
      for (const config of server.configs.values()) {
        config.source = String(config.source).replace(/\/\/.*@/, '//***:***@');
      }
    };
    hide();
    server.seen.length = 0;
    await change();
    expect(server.changes).to.deep.equal([]);
    cameras.cameras = [{ id: '1', url: URL_1.replace('Canary', 'Parrot') }, ...cameras.cameras.slice(1)];
    await change();
    expect(server.changes).to.deep.equal(['POST /v3/config/paths/replace/gateway-1']);
  });

  it('repairs a path that an operator changed by hand', async () => {
    await start();
    (server.configs.get('gateway-1') as Record<string, unknown>).source = 'rtsp://elsewhere.example/1';
    await change();
    expect(sourceOf('gateway-1')).to.equal(URL_1);
  });

  it('never touches paths that were not made here', async () => {
    const foreign = { name: 'yard', source: 'rtsp://10.0.0.5/1' };
    const looksLikeOurs = {
      name: 'gateway-9',
      source: 'rtsp://10.0.0.6/1',
      rpiCameraTextOverlay: '%Y - MediaMTX',
    };
    const markedByHand = {
      name: 'other',
      source: 'publisher',
      rpiCameraTextOverlay: 'visual-reasoning-gateway x',
    };
    for (const config of [foreign, looksLikeOurs, markedByHand]) server.configs.set(config.name, config);
    await start();
    cameras.cameras = [];
    await change();
    expect([...server.configs.values()]).to.deep.equal([foreign, looksLikeOurs, markedByHand]);
  });

  it('leaves a path alone that has our name but another owner, and logs it once', async () => {
    server.configs.set('gateway-1', { name: 'gateway-1', source: 'publisher' });
    await start();
    await change();
    expect(sourceOf('gateway-1')).to.equal('publisher');
    expect(sourceOf('gateway-door')).to.equal(URL_2);
    expect(manager.report()).to.deep.include({
      managed: 1,
      problems: [{ cameraId: '1', reason: 'MediaMTX has a path gateway-1 that was not made here' }],
    });
    expect(lines.filter((line) => line.includes('cannot be carried'))).to.have.length(1);
  });

  it('shares a server with another gateway', async () => {
    await start();
    const mine = structuredClone(server.configs);
    const neighbour = create({ owner: 'neighbour' });
    cameras.cameras = [];
    await round(() => neighbour.start(), neighbour);
    expect(server.configs).to.deep.equal(mine);
  });

  it('makes everything anew after the server was restarted, as soon as the sync notices', async () => {
    await start();
    const names = new Set(['gateway-1', 'gateway-door']);
    manager.observe({ names, started: 'first' });
    server.configs.clear();
    await round(() => manager.observe({ names, started: 'second' }));
    expect([...server.configs.keys()]).to.deep.equal(['gateway-1', 'gateway-door']);
  });

  it('carries no camera from a restart of the server until the paths are made anew', async () => {
    await start();
    expect(manager.carries('1')).to.equal(true);
    server.configs.clear();
    const again = round(() => manager.forget());
    expect(manager.carries('1')).to.equal(false);
    await again;
    expect([manager.carries('1'), applied]).to.deep.equal([true, 2]);
  });

  it('carries what another gateway on the database made, and looks again for what it has yet to make', async () => {
    const standby = create({ isOurTurn: async () => false });
    await round(() => standby.start(), standby);
    expect([standby.carries('1'), server.changes]).to.deep.equal([false, []]);
    await start();
    await round(() => clock.advance(3000), standby);
    expect(standby.carries('1')).to.equal(true);
  });

  it('makes anew what an edit of the file took away, as soon as the sync misses it', async () => {
    await start();
    server.configs.delete('gateway-door');
    await round(() => manager.observe({ names: new Set(['gateway-1']), started: undefined }));
    expect(sourceOf('gateway-door')).to.equal(URL_2);
  });

  it('is not roused by a sync that misses nothing', async () => {
    await start();
    const before = server.seen.length;
    manager.observe({ names: new Set(['gateway-1', 'gateway-door']), started: 'first' });
    manager.observe({ names: new Set(['gateway-1', 'gateway-door', 'yard']), started: 'first' });
    expect(clock.waiting).to.equal(1);
    expect(server.seen).to.have.length(before);
  });

  it('lets one refused camera fail without the others, and gives the reason without its password', async () => {
    server.intercept = ({ path, body }) =>
      path.endsWith('gateway-1') && body !== undefined
        ? [400, { status: 'error', error: `invalid source: '${URL_1}'` }]
        : undefined;
    await start();
    expect(sourceOf('gateway-door')).to.equal(URL_2);
    const { managed, problems, status } = manager.report();
    expect([managed, status]).to.deep.equal([1, 'ok']);
    expect(problems[0]?.reason).to.include('invalid source').and.not.include('Canary');
    expect(lines.join('')).to.not.include('Canary');
    server.intercept = () => undefined;
    await change();
    expect(manager.report()).to.deep.include({ managed: 2, problems: [] });
  });

  it('sends no address but that of an RTSP camera', async () => {
    cameras.cameras = [
      { id: '1', url: 'rtsp://10.0.0.1/1' },
      { id: '2', url: 'publisher' },
      { id: '3', url: 'http://10.0.0.1/x.m3u8' },
      { id: '4', url: 'rtsp://' },
    ];
    await start();
    expect([...server.configs.keys()]).to.deep.equal(['gateway-1']);
    expect(manager.report().problems.map(({ cameraId }) => cameraId)).to.deep.equal(['2', '3', '4']);
  });

  it('stops at the first call when the server is gone, and catches up later', async () => {
    server.intercept = ({ path }) => (path.includes('/replace/') ? [401, ''] : undefined);
    await start();
    expect(manager.report().lastError?.code).to.equal('mediamtx-unauthorized');
    expect(server.changes).to.have.length(1);
    server.intercept = () => undefined;
    await round(() => clock.advance(70_000));
    expect(manager.report()).to.include({ status: 'ok', managed: 2 });
  });

  for (const [what, answer] of [
    ['are not whole', [200, { itemCount: 1, pageCount: 1, items: [{ source: 'publisher' }] }]],
    ['cannot be read', [500, { status: 'error', error: 'terminated' }]],
  ] as [string, [number, object]][]) {
    it(`changes nothing while the settings ${what}`, async () => {
      server.intercept = ({ path }) => (path.startsWith('/v3/config/paths/list') ? answer : undefined);
      await start();
      expect(manager.report().lastError?.code).to.equal('mediamtx-invalid-answer');
      expect(server.changes).to.deep.equal([]);
    });
  }

  it('changes nothing while the cameras cannot be listed', async () => {
    await start();
    cameras.list = () => Promise.reject(new Error('no database'));
    await change();
    expect(manager.report().status).to.equal('failing');
    expect([...server.configs.keys()]).to.deep.equal(['gateway-1', 'gateway-door']);
  });

  it('keeps MediaMTX connected when configured, and uses UDP for cameras that want it', async () => {
    manager = create({ isOnDemand: false });
    cameras.cameras = [{ id: '1', url: URL_1, transport: 'udp' }];
    await start();
    expect(server.configs.get('gateway-1')).to.include({ sourceOnDemand: false, rtspTransport: 'udp' });
  });

  it('does nothing any more once it is closed', async () => {
    await start();
    await manager.close();
    const before = server.seen.length;
    cameras.change();
    clock.advance(70_000);
    expect([server.seen.length, cameras.listeners]).to.deep.equal([before, 0]);
  });
});
