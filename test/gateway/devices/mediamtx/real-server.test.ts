import { expect } from 'chai';
import { MediamtxClient } from '../../../../gateway/devices/mediamtx/client.ts';
import { MediamtxManager } from '../../../../gateway/devices/mediamtx/manager.ts';
import type { RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { rejection } from '../../../support/errors.ts';
import { Mediamtx } from '../../../support/mediamtx.ts';
import { requirePeer } from '../../../support/peers.ts';
import { silentLog } from '../../../support/serve.ts';
import { CLIP_WIDTH, openTestCameras } from '../../../support/test-clip.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { ManualClock } from '../../jobs/manual-clock.ts';
import { ListedCameras } from '../listed-cameras.ts';
import { LIVE } from './mediamtx-shapes.ts';
import { SyncStage, useSqlite } from './sync-stage.ts';

const SILENT = 'rtsp://127.0.0.1:9/1';

describe('A real MediaMTX', () => {
  const store = useSqlite();
  let cameras: RtspServer;
  let server: Mediamtx;
  let client: MediamtxClient;

  before(async function () {
    this.timeout(60_000);
    requirePeer(this, 'MediaMTX');
    cameras = await openTestCameras(['/1']);
    server = await Mediamtx.start({
      paths: {
        'yard/live': { source: cameras.url('/1'), rtspTransport: 'tcp' },
        dead: { source: SILENT },
        idle: { source: SILENT, sourceOnDemand: true },
      },
    });
    client = new MediamtxClient({ url: server.apiUrl });
    const isLive = async () =>
      (await server.ask('/v3/paths/get/yard/live'))?.tracks2?.[0]?.codecProps?.width > 0;
    await waitFor(isLive, { message: 'the camera' });
  });

  after(async () => {
    await server?.kill();
    await cameras?.close();
  });

  it('has the paths that doubles of its version have, member by member', async () => {
    const { items, skipped } = await client.listPaths();
    const live = items.find(({ name }) => name === 'yard/live');
    expect(live).to.have.all.keys(LIVE['v1.20']);
    expect([skipped, (await client.info())?.version]).to.deep.equal([0, 'v1.20.1']);
  });

  it('is read: a live camera, a dead one that is told to be online, and one that is pulled on demand', async () => {
    const stage = await SyncStage.open(store());
    try {
      await stage.round(stage.create({ client }));
      expect(await stage.device('yard/live')).to.deep.include({
        ...{ state: 'live', ready: true, tracks: ['H264'], width: CLIP_WIDTH, on_demand: false },
        whep_url: 'http://media.example:8889/yard/live/whep',
      });
      const none = { online: true, ready: false, ready_since: null };
      expect(await stage.device('dead')).to.deep.include({ ...none, state: 'no-signal', on_demand: false });
      expect(await stage.device('idle')).to.deep.include({ ...none, state: 'on-demand', on_demand: true });
    } finally {
      await stage.close();
    }
  });

  it('refuses what it cannot carry, with a reason', async () => {
    const { code, message } = await rejection(client.replacePath('a', { source: 'rtsp://u:secret@/1' }));
    expect(code).to.equal('mediamtx-refused');
    expect(message)
      .to.match(/^MediaMTX refused the settings of path a: ./)
      .and.not.include('secret');
    await client.deletePath('never-there');
  });

  it('carries cameras of the registry, is left alone while nothing changes, and has them again after a restart', async () => {
    const clock = new ManualClock();
    const listed = new ListedCameras([
      { id: 'yard', url: cameras.url('/1') },
      { id: 'hall', url: 'whep://edge:S3cr3t%2FCanary@127.0.0.1:9/whep/hall' },
    ]);
    const ownership = { prefix: 'gateway-', owner: 'test' };
    let applied = 0;
    const onApplied = () => {
      applied += 1;
    };
    const parts = { client, cameras: listed, ownership, clock, log: silentLog, onApplied };
    const manager = new MediamtxManager({ ...parts, isOnDemand: true });
    try {
      manager.start();
      await waitFor(() => manager.carries('hall') && manager.report().successes === 1);
      expect(manager.report()).to.deep.include({ managed: 2, problems: [] });
      listed.change();
      await waitFor(() => manager.report().successes === 2);
      expect(applied).to.equal(1);
      await server.kill();
      await server.start();
      manager.forget();
      await waitFor(() => manager.carries('yard'));
      expect(await client.hasPath('gateway-yard')).to.equal(true);
      listed.cameras = [];
      listed.change();
      await waitFor(async () => !(await client.hasPath('gateway-yard')));
      expect(await client.hasPath('yard/live')).to.equal(true);
    } finally {
      await manager.close();
    }
  });
});
