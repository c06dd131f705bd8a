import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { DeviceAgeing } from '../../../../gateway/devices/device-ageing.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { LIVE, livePath } from './mediamtx-shapes.ts';
import { MINUTE, SyncStage, useSqlite } from './sync-stage.ts';

describe('The MediaMTX sync', () => {
  const store = useSqlite();
  let stage: SyncStage;

  beforeEach(async () => {
    stage = await SyncStage.open(store());
  });

  afterEach(() => stage.close());

  it('stores each path as a camera, with the members clients read and all members of the server', async () => {
    stage.server.paths = [{ ...LIVE['a version to come'], name: 'yard/cam 1' }];
    await stage.round();
    const row = await stage.device('yard/cam 1');
    expect(row).to.deep.include({
      device_type: 'camera',
      told_by: 'mediamtx',
      is_active: 1,
      last_seen: stage.clock.now(),
      ready: true,
      source_ready: true,
      tracks: ['H264', 'Smell-O-Vision'],
      readers: [{ type: 'hologramSession', id: 'x' }],
      reader_count: 1,
      whep_url: 'http://media.example:8889/yard/cam%201/whep',
      state: 'live',
      width: 1920,
      bytes_in: 1000,
      mood: { calm: true },
    });
    expect(stage.sync.report()).to.include({
      status: 'ok',
      ageMs: 0,
      paths: 1,
      skipped: 0,
      version: 'v1.20.1',
    });
  });

  it('syncs every minute, and never twice simultaneously', async () => {
    stage.sync = stage.create({ everyMs: MINUTE });
    const isResting = () => waitFor(() => stage.clock.waiting === 1);
    await stage.round();
    await isResting();
    stage.clock.advance(MINUTE - 1);
    expect(stage.sync.report().successes).to.equal(1);
    stage.clock.advance(1);
    await isResting();
    expect(stage.sync.report().successes).to.equal(2);
    stage.sync.runNow();
    stage.sync.runNow();
    await isResting();
    expect(stage.sync.report().successes).to.equal(4);
    expect(stage.server.calls.filter((call) => call === 'GET /v3/paths/list')).to.have.length(4);
  });

  it('names the camera that a path was made for', async () => {
    stage.sync = stage.create({ cameraOf: (name) => (name === 'gateway-7' ? '7' : undefined) });
    stage.server.paths = [livePath('gateway-7'), livePath('cam')];
    await stage.round();
    expect((await stage.device('gateway-7')).camera_id).to.equal('7');
    expect((await stage.device('cam')).camera_id).to.equal(null);
  });

  it('stores no password that a server version might return', async () => {
    stage.server.paths = [
      livePath('cam', { forward: [{ url: 'rtmp://user:S3cr3tC4nary@cdn.example/live' }] }),
    ];
    await stage.round();
    const text = JSON.stringify(await stage.repository.list());
    expect(text).to.include('rtmp://***@cdn.example').and.not.include('S3cr3tC4nary');
  });

  it('fails and goes on when the database does', async () => {
    const full = new AppError('storage-full', 'There is no space left to store this');
    let isFull = true;
    stage.sync = stage.create({
      repository: {
        reconcile: async (...args) => {
          if (isFull) throw full;
          return await stage.repository.reconcile(...args);
        },
      },
    });
    stage.server.paths = [livePath('cam')];
    await stage.round();
    expect(stage.sync.report().lastError?.code).to.equal('storage-full');
    isFull = false;
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ is_active: 1 });
  });

  it('stores nothing once it is closed', async () => {
    let isAsked = false;
    stage.server.paths = [livePath('cam')];
    stage.server.intercept = ({ path }) => {
      if (path.startsWith('/v3/info')) {
        isAsked = true;
        void stage.sync.close();
      }
      return undefined;
    };
    stage.sync.start();
    await waitFor(() => isAsked);
    await stage.sync.close();
    expect(await stage.repository.list()).to.deep.equal([]);
    expect(stage.sync.report()).to.include({ successes: 0, failures: 0 });
  });

  it('ages devices of all sources by itself, from its start on', async () => {
    stage.server.paths = [livePath('cam')];
    await stage.round();
    await stage.sync.close();
    stage.clock.advance(6 * MINUTE);
    const { repository, clock } = stage;
    const ageing = new DeviceAgeing({ repository, clock, log: silentLog });
    ageing.start();
    await waitFor(async () => (await stage.device('cam'))?.is_active === 0);
    await ageing.close();
  });
});
