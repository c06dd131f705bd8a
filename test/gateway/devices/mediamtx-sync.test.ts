import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { pino } from 'pino';
import { AppError } from '#shared/errors.ts';
import { DeviceAgeing } from '../../../gateway/devices/device-ageing.ts';
import { DeviceRepository } from '../../../gateway/devices/device-repository.ts';
import { MediamtxClient } from '../../../gateway/devices/mediamtx-client.ts';
import {
  type MediamtxSeen,
  MediamtxSync,
  type MediamtxSyncOptions,
} from '../../../gateway/devices/mediamtx-sync.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ManualClock } from './manual-clock.ts';
import { MediamtxDouble } from './mediamtx-double.ts';
import { deadPath, ghostPath, LIVE, livePath, NEVER } from './mediamtx-shapes.ts';

const MINUTE = 60_000;

describe('The MediaMTX sync', () => {
  let clock: ManualClock;
  let server: MediamtxDouble;
  let store: Store;
  let repository: DeviceRepository;
  let sync: MediamtxSync;
  let ageing: DeviceAgeing;
  let lines: string[];
  let others: MediamtxSync[];
  const folders: string[] = [];

  // What differs between engines is specified with the repository.
  before(async () => {
    store = await openSqlite(folders);
  });

  after(async () => {
    await store.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    clock = new ManualClock();
    server = await MediamtxDouble.open();
    await store.db.deleteFrom('devices').execute();
    repository = new DeviceRepository(store);
    lines = [];
    others = [];
    sync = create();
    const log = pino({ level: 'silent' });
    ageing = new DeviceAgeing({ repository, clock, log });
  });

  afterEach(async () => {
    await Promise.all([sync, ageing, ...others].map((job) => job.close()));
    server.close();
  });

  function create(more: Partial<MediamtxSyncOptions> = {}): MediamtxSync {
    return new MediamtxSync({
      client: new MediamtxClient({ url: server.origin }),
      repository,
      clock,
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
      server: 'mediamtx',
      whepBase: 'http://media.example:8889',
      random: () => 0.5,
      // Tests say themselves when the next round comes.
      everyMs: 60 * MINUTE,
      ...more,
    });
  }

  /** One more round to its end; of how many there were tells the report. */
  async function round(which: MediamtxSync = sync): Promise<void> {
    const count = () => which.report().successes + which.report().failures;
    const before = count();
    if (before === 0) which.start();
    else which.kick();
    await waitFor(() => count() > before, { message: 'a round' });
  }

  /** The next turn after some time; ageing has looked meanwhile. */
  async function lapse(ms: number): Promise<void> {
    clock.advance(ms);
    await round();
    await age();
  }

  async function age(): Promise<void> {
    const now = clock.now();
    await repository.deactivateUnseen({ before: now - 5 * MINUTE, now });
  }

  async function device(name: string, from = 'mediamtx') {
    const rows = await repository.list();
    const row = rows.find(({ device_key }) => device_key === `${from}:${name}`);
    if (row === undefined) return undefined;
    const { device_metadata, source: told_by, ...rest } = row;
    return { ...rest, told_by, ...JSON.parse(device_metadata) };
  }

  it('stores each path as a camera, with all that clients read and all that the server told', async () => {
    server.paths = [{ ...LIVE['a version to come'], name: 'yard/cam 1' }];
    await round();
    const row = await device('yard/cam 1');
    expect(row).to.deep.include({
      device_type: 'camera',
      told_by: 'mediamtx',
      is_active: 1,
      last_seen: clock.now(),
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
    expect(sync.report()).to.include({ status: 'ok', ageMs: 0, paths: 1, skipped: 0, version: 'v1.20.1' });
  });

  it('looks again every minute, and never twice at once', async () => {
    sync = create({ everyMs: MINUTE });
    await round();
    clock.advance(MINUTE - 1);
    expect(sync.report().successes).to.equal(1);
    clock.advance(1);
    await waitFor(() => sync.report().successes === 2);
    sync.kick();
    sync.kick();
    await waitFor(() => clock.waiting === 1);
    expect(sync.report().successes).to.equal(4);
    expect(server.calls.filter((call) => call === 'GET /v3/paths/list')).to.have.length(4);
  });

  it('1: keeps devices while the server cannot be reached, makes them inactive after five minutes, and logs the change only', async () => {
    server.paths = [livePath('cam')];
    await round();
    const seenAt = clock.now();
    server.isDown = true;
    for (let minute = 1; minute <= 5; minute += 1) {
      await lapse(MINUTE);
      expect(await device('cam')).to.include({
        is_active: 1,
        last_seen: seenAt,
        ready: true,
        state: 'live',
      });
    }
    clock.advance(1);
    await age();
    expect(await device('cam')).to.include({
      is_active: 0,
      ready: false,
      source_ready: false,
      state: 'unseen',
    });
    expect(sync.report()).to.include({ status: 'failing', failures: 5, ageMs: 5 * MINUTE + 1 });
    expect(lines.filter((line) => line.includes('sync fails'))).to.have.length(1);
    expect(sync.report().lastError?.code).to.equal('mediamtx-unreachable');
    server.isDown = false;
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ is_active: 1, ready: true, last_seen: clock.now() });
    expect(lines.filter((line) => line.includes('sync works'))).to.have.length(2);
  });

  it('2: tells a refusal apart and what to do about it', async () => {
    server.intercept = () => [401, ''];
    await round();
    const { status, lastSuccessAt, lastError } = sync.report();
    expect([status, lastSuccessAt, lastError?.code]).to.deep.equal([
      'failing',
      null,
      'mediamtx-unauthorized',
    ]);
    expect(lastError?.hint).to.include('action `api`');
    expect(server.seen).to.have.length(1);
  });

  it('3: stores nothing of an answer that is not whole', async () => {
    server.paths = Array.from({ length: 1200 }, (_, index) => livePath(`cam${index}`));
    server.intercept = ({ path }) =>
      path.includes('page=1') ? [200, '<html>', { 'Content-Type': 'text/html' }] : undefined;
    await round();
    expect(sync.report().lastError?.code).to.equal('mediamtx-invalid-answer');
    expect(await repository.list()).to.deep.equal([]);
  });

  it('4: stores more paths than fit on one page', async () => {
    server.paths = Array.from({ length: 2300 }, (_, index) => livePath(`cam${index}`));
    await round();
    expect(await repository.list({ activeOnly: true })).to.have.length(2300);
  });

  it('4: calls no path gone while the list does not stand still', async () => {
    server.paths = [livePath('a'), livePath('b')];
    await round();
    let total = 2;
    server.intercept = ({ path }) => {
      if (!path.startsWith('/v3/paths/list')) return undefined;
      total += 1;
      return [200, { itemCount: total, pageCount: 1, items: [livePath('a'), livePath('c')] }];
    };
    await lapse(MINUTE);
    expect(sync.report().status).to.equal('ok');
    expect(await device('b')).to.include({ ready: true, state: 'live' });
    expect(await device('c')).to.include({ ready: true });
  });

  it('5: lets devices age when the server has no path any more', async () => {
    server.paths = [livePath('cam')];
    await round();
    server.paths = [];
    await lapse(MINUTE);
    expect(sync.report()).to.include({ status: 'ok', paths: 0 });
    expect(await device('cam')).to.include({ is_active: 1, ready: false });
    await lapse(4 * MINUTE);
    expect(await device('cam')).to.include({ is_active: 1 });
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ is_active: 0 });
  });

  it('6: calls a path that left not ready at once, inactive later, and knows it again', async () => {
    server.paths = [livePath('cam'), livePath('other')];
    await round();
    const before = await device('cam');
    server.paths = [livePath('other')];
    await lapse(MINUTE);
    expect(await device('cam')).to.deep.include({
      is_active: 1,
      last_seen: before.last_seen,
      ready: false,
      source_ready: false,
      available: false,
      state: 'gone',
      readers: [],
      tracks: ['H264', 'MPEG-4 Audio'],
    });
    await lapse(6 * MINUTE);
    expect(await device('cam')).to.include({ is_active: 0, state: 'gone' });
    expect(await device('other')).to.include({ is_active: 1, ready: true });
    server.paths = [livePath('cam')];
    await lapse(MINUTE);
    expect(await device('cam')).to.include({
      is_active: 1,
      ready: true,
      state: 'live',
      created_at: before.created_at,
    });
  });

  it('7: does not take a dead camera for a live one, though the server calls it online', async () => {
    server.paths = [deadPath('cam')];
    server.configs.set('cam', { name: 'cam', source: 'rtsp://10.0.0.9/1', sourceOnDemand: false });
    await round();
    expect(await device('cam')).to.include({
      is_active: 1,
      online: true,
      onlineTime: NEVER,
      ready: false,
      source_ready: false,
      state: 'no-signal',
      ready_since: null,
      on_demand: false,
    });
  });

  it('8: knows a camera that rests until somebody watches, and what it carries', async () => {
    server.paths = [livePath('cam')];
    server.configs.set('cam', { name: 'cam', source: 'rtsp://u:secret@10.0.0.9/1', sourceOnDemand: true });
    await round();
    server.paths = [deadPath('cam')];
    await lapse(MINUTE);
    const row = await device('cam');
    expect(row).to.deep.include({ state: 'on-demand', ready: false, tracks: ['H264', 'MPEG-4 Audio'] });
    expect(row.whep_url).to.equal('http://media.example:8889/cam/whep');
    expect(JSON.stringify(row)).to.not.include('secret');
    await lapse(MINUTE);
    expect(await device('cam')).to.deep.include({ tracks: ['H264', 'MPEG-4 Audio'] });
    expect(server.calls.filter((call) => call.includes('/config/'))).to.have.length(1);
  });

  it('8: asks for path settings only when it must, and does without them when they are refused', async () => {
    server.paths = [livePath('cam')];
    await round();
    expect(server.calls.filter((call) => call.includes('/config/'))).to.deep.equal([]);
    server.paths = [deadPath('cam', { confName: '~^ca' })];
    server.intercept = ({ path }) => (path.startsWith('/v3/config') ? [500, ''] : undefined);
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ state: 'no-signal', on_demand: null });
    server.intercept = () => undefined;
    server.configs.set('~^ca', { name: '~^ca', sourceOnDemand: true });
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ state: 'on-demand' });
  });

  it('9: does not take a slate for the camera', async () => {
    server.paths = [livePath('cam', { online: false })];
    await round();
    expect(await device('cam')).to.include({ ready: true, source_ready: false, state: 'offline-slate' });
  });

  for (const [version, item] of Object.entries(LIVE)) {
    it(`10: reads ${version}`, async () => {
      if (version === 'v1.9') server.info = undefined;
      server.paths = [item];
      await round();
      expect(await device('yard')).to.include({
        ready: true,
        source_ready: true,
        bytes_in: 1000,
        state: 'live',
      });
    });
  }

  it('10: skips and counts one bad path, stores the others, and calls none gone', async () => {
    server.paths = [livePath('a'), livePath('b')];
    await round();
    server.paths = [livePath('a'), { name: 'b', ready: 'perhaps' }];
    await lapse(MINUTE);
    expect(sync.report()).to.include({ status: 'ok', paths: 1, skipped: 1 });
    expect(await device('a')).to.include({ last_seen: clock.now() });
    expect(await device('b')).to.include({ ready: true, last_seen: clock.now() - MINUTE });
  });

  it('10: calls a path gone although another cannot be read, unless that one has no name', async () => {
    server.paths = [livePath('a'), livePath('b')];
    await round();
    server.paths = [{ name: 7 }];
    await lapse(MINUTE);
    expect(await device('a')).to.include({ ready: true });
    server.paths = [{ name: 'a', ready: 'perhaps' }];
    await lapse(MINUTE);
    expect(await device('a')).to.include({ ready: true });
    expect(await device('b')).to.include({ ready: false, state: 'gone' });
  });

  it('11: tells no rate when counters begin anew', async () => {
    server.paths = [livePath('cam', { inboundBytes: 1_000_000 })];
    await round();
    expect(await device('cam')).to.include({ bytes_in: 1_000_000, bits_per_second_in: null });
    server.paths = [livePath('cam', { inboundBytes: 8_500_000 })];
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ bits_per_second_in: 1_000_000 });
    server.paths = [livePath('cam', { inboundBytes: 500 })];
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ bytes_in: 500, bits_per_second_in: null });
  });

  it('11: tells when the server started, and reads its settings anew after a restart', async () => {
    const seen: MediamtxSeen[] = [];
    sync.onSeen((sight) => seen.push(sight));
    server.paths = [deadPath('cam')];
    server.configs.set('cam', { name: 'cam', sourceOnDemand: true });
    await round();
    server.info = { version: 'v1.21.0', started: 'later' };
    server.configs.set('cam', { name: 'cam', sourceOnDemand: false });
    await lapse(MINUTE);
    expect(seen.map(({ started }) => started)).to.deep.equal(['2026-08-22T08:00:00Z', 'later']);
    expect(await device('cam')).to.include({ state: 'no-signal' });
    expect(sync.report().version).to.equal('v1.21.0');
  });

  it('12: keeps names apart verbatim: slashes, case, dots, what older versions allowed', async () => {
    const names = ['yard/cam1', 'Yard/cam1', 'a.b', 'old~name', 'gateway:1', 'x:y'];
    server.paths = names.map((name) => livePath(name));
    await round();
    const rows = await repository.list();
    expect(rows.map(({ device_key }) => device_key)).to.have.members(names.map((name) => `mediamtx:${name}`));
  });

  it('12: ignores a path that somebody only asked for, but not one that it knows', async () => {
    server.paths = [ghostPath('typo'), livePath('pushed', { confName: 'all_others' })];
    await round();
    expect(await device('typo')).to.equal(undefined);
    server.paths = [ghostPath('typo'), ghostPath('pushed')];
    await lapse(MINUTE);
    expect(await device('typo')).to.equal(undefined);
    expect(await device('pushed')).to.include({ is_active: 1, ready: false, state: 'waiting' });
  });

  it('12: leaves out what we publish ourselves', async () => {
    sync = create({ excludePrefix: 'ai/' });
    server.paths = [livePath('ai/cam'), livePath('cam')];
    await round();
    expect((await repository.list()).map(({ device_key }) => device_key)).to.deep.equal(['mediamtx:cam']);
  });

  it('12: keeps two servers with the same names apart', async () => {
    const north = create({ server: 'north' });
    others.push(north);
    server.paths = [livePath('cam')];
    await round();
    await round(north);
    server.paths = [];
    await round(north);
    expect(await device('cam')).to.include({ ready: true });
    expect(await device('cam', 'north')).to.include({ ready: false });
  });

  it('names the camera that a path was made for', async () => {
    sync = create({ cameraOf: (name) => (name === 'gateway-7' ? '7' : undefined) });
    server.paths = [livePath('gateway-7'), livePath('cam')];
    await round();
    expect((await device('gateway-7')).camera_id).to.equal('7');
    expect((await device('cam')).camera_id).to.equal(null);
  });

  it('lets no password out that some version might tell', async () => {
    server.paths = [livePath('cam', { forward: [{ url: 'rtmp://user:S3cr3tC4nary@cdn.example/live' }] })];
    await round();
    const text = JSON.stringify(await repository.list());
    expect(text).to.include('rtmp://***@cdn.example').and.not.include('S3cr3tC4nary');
  });

  it('fails and goes on when the database does', async () => {
    const full = new AppError('storage-full', 'There is no space left to store this');
    let isFull = true;
    sync = create({
      repository: {
        reconcile: async (...args) => {
          if (isFull) throw full;
          return await repository.reconcile(...args);
        },
      },
    });
    server.paths = [livePath('cam')];
    await round();
    expect(sync.report().lastError?.code).to.equal('storage-full');
    isFull = false;
    await lapse(MINUTE);
    expect(await device('cam')).to.include({ is_active: 1 });
  });

  it('stores nothing once it is closed', async () => {
    let isAsked = false;
    server.paths = [livePath('cam')];
    server.intercept = ({ path }) => {
      if (path.startsWith('/v3/info')) {
        isAsked = true;
        void sync.close();
      }
      return undefined;
    };
    sync.start();
    await waitFor(() => isAsked);
    await sync.close();
    expect(await repository.list()).to.deep.equal([]);
    expect(sync.report()).to.include({ successes: 0, failures: 0 });
  });

  it('ages devices by itself, from its start on, whoever told of them', async () => {
    server.paths = [livePath('cam')];
    await round();
    await sync.close();
    clock.advance(6 * MINUTE);
    ageing.start();
    await waitFor(async () => (await device('cam'))?.is_active === 0);
  });
});
