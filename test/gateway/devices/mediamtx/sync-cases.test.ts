import { expect } from 'chai';
import type { MediamtxSeen } from '../../../../gateway/devices/mediamtx/sync.ts';
import { deadPath, ghostPath, LIVE, livePath, NEVER } from './mediamtx-shapes.ts';
import { MINUTE, SyncStage, useSqlite } from './sync-stage.ts';

describe('The twelve edge cases of a MediaMTX sync', () => {
  const store = useSqlite();
  let stage: SyncStage;

  beforeEach(async () => {
    stage = await SyncStage.open(store());
  });

  afterEach(() => stage.close());

  it('1: keeps devices while the server cannot be reached, makes them inactive after five minutes, and logs the change only', async () => {
    stage.server.paths = [livePath('cam')];
    await stage.round();
    const seenAt = stage.clock.now();
    stage.server.isDown = true;
    for (let minute = 1; minute <= 5; minute += 1) {
      await stage.advance(MINUTE);
      expect(await stage.device('cam')).to.include({
        is_active: 1,
        last_seen: seenAt,
        ready: true,
        state: 'live',
      });
    }
    stage.clock.advance(1);
    await stage.age();
    expect(await stage.device('cam')).to.include({
      is_active: 0,
      ready: false,
      source_ready: false,
      state: 'unseen',
    });
    expect(stage.sync.report()).to.include({ status: 'failing', failures: 5, ageMs: 5 * MINUTE + 1 });
    expect(stage.lines.filter((line) => line.includes('sync fails'))).to.have.length(1);
    expect(stage.sync.report().lastError?.code).to.equal('mediamtx-unreachable');
    stage.server.isDown = false;
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ is_active: 1, ready: true, last_seen: stage.clock.now() });
    expect(stage.lines.filter((line) => line.includes('sync works'))).to.have.length(2);
  });

  it('2: recognises a refusal and hints what to do', async () => {
    stage.server.intercept = () => [401, ''];
    await stage.round();
    const { status, lastSuccessAt, lastError } = stage.sync.report();
    expect([status, lastSuccessAt, lastError?.code]).to.deep.equal([
      'failing',
      null,
      'mediamtx-unauthorized',
    ]);
    expect(lastError?.hint).to.include('action `api`');
    expect(stage.server.seen).to.have.length(1);
  });

  it('3: stores nothing of an answer that is not whole', async () => {
    stage.server.paths = Array.from({ length: 1200 }, (_, index) => livePath(`cam${index}`));
    stage.server.intercept = ({ path }) =>
      path.includes('page=1') ? [200, '<html>', { 'Content-Type': 'text/html' }] : undefined;
    await stage.round();
    expect(stage.sync.report().lastError?.code).to.equal('mediamtx-invalid-answer');
    expect(await stage.repository.list()).to.deep.equal([]);
  });

  it('4: stores more paths than fit on one page', async () => {
    stage.server.paths = Array.from({ length: 2300 }, (_, index) => livePath(`cam${index}`));
    await stage.round();
    expect(await stage.repository.list({ activeOnly: true })).to.have.length(2300);
  });

  it('4: calls no path gone while the list does not stand still', async () => {
    stage.server.paths = [livePath('a'), livePath('b')];
    await stage.round();
    let total = 2;
    stage.server.intercept = ({ path }) => {
      if (!path.startsWith('/v3/paths/list')) return undefined;
      total += 1;
      return [200, { itemCount: total, pageCount: 1, items: [livePath('a'), livePath('c')] }];
    };
    await stage.advance(MINUTE);
    expect(stage.sync.report().status).to.equal('ok');
    expect(await stage.device('b')).to.include({ ready: true, state: 'live' });
    expect(await stage.device('c')).to.include({ ready: true });
  });

  it('5: lets devices age when the server has no path any more', async () => {
    stage.server.paths = [livePath('cam')];
    await stage.round();
    stage.server.paths = [];
    await stage.advance(MINUTE);
    expect(stage.sync.report()).to.include({ status: 'ok', paths: 0 });
    expect(await stage.device('cam')).to.include({ is_active: 1, ready: false });
    await stage.advance(4 * MINUTE);
    expect(await stage.device('cam')).to.include({ is_active: 1 });
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ is_active: 0 });
  });

  it('6: marks a path that left not ready immediately, inactive later, and recognises it again', async () => {
    stage.server.paths = [livePath('cam'), livePath('other')];
    await stage.round();
    const before = await stage.device('cam');
    stage.server.paths = [livePath('other')];
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.deep.include({
      is_active: 1,
      last_seen: before.last_seen,
      ready: false,
      source_ready: false,
      available: false,
      state: 'gone',
      readers: [],
      tracks: ['H264', 'MPEG-4 Audio'],
    });
    await stage.advance(6 * MINUTE);
    expect(await stage.device('cam')).to.include({ is_active: 0, state: 'gone' });
    expect(await stage.device('other')).to.include({ is_active: 1, ready: true });
    stage.server.paths = [livePath('cam')];
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({
      is_active: 1,
      ready: true,
      state: 'live',
      created_at: before.created_at,
    });
  });

  it('7: does not take a dead camera for a live one, though the server calls it online', async () => {
    stage.server.paths = [deadPath('cam')];
    stage.server.configs.set('cam', { name: 'cam', source: 'rtsp://10.0.0.9/1', sourceOnDemand: false });
    await stage.round();
    expect(await stage.device('cam')).to.include({
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

  it('8: knows an on-demand camera without viewers, and what it carries', async () => {
    stage.server.paths = [livePath('cam')];
    stage.server.configs.set('cam', {
      name: 'cam',
      source: 'rtsp://u:secret@10.0.0.9/1',
      sourceOnDemand: true,
    });
    await stage.round();
    stage.server.paths = [deadPath('cam')];
    await stage.advance(MINUTE);
    const row = await stage.device('cam');
    expect(row).to.deep.include({ state: 'on-demand', ready: false, tracks: ['H264', 'MPEG-4 Audio'] });
    expect(row.whep_url).to.equal('http://media.example:8889/cam/whep');
    expect(JSON.stringify(row)).to.not.include('secret');
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.deep.include({ tracks: ['H264', 'MPEG-4 Audio'] });
    expect(stage.server.calls.filter((call) => call.includes('/config/'))).to.have.length(1);
  });

  it('8: asks for path settings only when it must, and does without them when they are refused', async () => {
    stage.server.paths = [livePath('cam')];
    await stage.round();
    expect(stage.server.calls.filter((call) => call.includes('/config/'))).to.deep.equal([]);
    stage.server.paths = [deadPath('cam', { confName: '~^ca' })];
    stage.server.intercept = ({ path }) => (path.startsWith('/v3/config') ? [500, ''] : undefined);
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ state: 'no-signal', on_demand: null });
    stage.server.intercept = () => undefined;
    stage.server.configs.set('~^ca', { name: '~^ca', sourceOnDemand: true });
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ state: 'on-demand' });
  });

  it('9: does not take a slate for the camera', async () => {
    stage.server.paths = [livePath('cam', { online: false })];
    await stage.round();
    expect(await stage.device('cam')).to.include({
      ready: true,
      source_ready: false,
      state: 'offline-slate',
    });
  });

  for (const [version, item] of Object.entries(LIVE)) {
    it(`10: reads ${version}`, async () => {
      if (version === 'v1.9') stage.server.info = undefined;
      stage.server.paths = [item];
      await stage.round();
      expect(await stage.device('yard')).to.include({
        ready: true,
        source_ready: true,
        bytes_in: 1000,
        state: 'live',
      });
    });
  }

  it('10: skips and counts one bad path, stores the others, and calls none gone', async () => {
    stage.server.paths = [livePath('a'), livePath('b')];
    await stage.round();
    stage.server.paths = [livePath('a'), { name: 'b', ready: 'perhaps' }];
    await stage.advance(MINUTE);
    expect(stage.sync.report()).to.include({ status: 'ok', paths: 1, skipped: 1 });
    expect(await stage.device('a')).to.include({ last_seen: stage.clock.now() });
    expect(await stage.device('b')).to.include({ ready: true, last_seen: stage.clock.now() - MINUTE });
  });

  it('10: calls a path gone although another cannot be read, unless that one has no name', async () => {
    stage.server.paths = [livePath('a'), livePath('b')];
    await stage.round();
    stage.server.paths = [{ name: 7 }];
    await stage.advance(MINUTE);
    expect(await stage.device('a')).to.include({ ready: true });
    stage.server.paths = [{ name: 'a', ready: 'perhaps' }];
    await stage.advance(MINUTE);
    expect(await stage.device('a')).to.include({ ready: true });
    expect(await stage.device('b')).to.include({ ready: false, state: 'gone' });
  });

  it('11: reports no rate when counters restart', async () => {
    stage.server.paths = [livePath('cam', { inboundBytes: 1_000_000 })];
    await stage.round();
    expect(await stage.device('cam')).to.include({ bytes_in: 1_000_000, bits_per_second_in: null });
    stage.server.paths = [livePath('cam', { inboundBytes: 8_500_000 })];
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ bits_per_second_in: 1_000_000 });
    stage.server.paths = [livePath('cam', { inboundBytes: 500 })];
    await stage.advance(MINUTE);
    expect(await stage.device('cam')).to.include({ bytes_in: 500, bits_per_second_in: null });
  });

  it('11: reports when the server started, and reads its settings anew after a restart', async () => {
    const seen: MediamtxSeen[] = [];
    stage.sync.onSeen((snapshot) => seen.push(snapshot));
    stage.server.paths = [deadPath('cam')];
    stage.server.configs.set('cam', { name: 'cam', sourceOnDemand: true });
    await stage.round();
    stage.server.info = { version: 'v1.21.0', started: 'later' };
    stage.server.configs.set('cam', { name: 'cam', sourceOnDemand: false });
    await stage.advance(MINUTE);
    expect(seen.map(({ started }) => started)).to.deep.equal(['2026-08-22T08:00:00Z', 'later']);
    expect(await stage.device('cam')).to.include({ state: 'no-signal' });
    expect(stage.sync.report().version).to.equal('v1.21.0');
  });

  it('12: keeps names apart verbatim: slashes, case, dots, what older versions allowed', async () => {
    const names = ['yard/cam1', 'Yard/cam1', 'a.b', 'old~name', 'gateway:1', 'x:y'];
    stage.server.paths = names.map((name) => livePath(name));
    await stage.round();
    const rows = await stage.repository.list();
    expect(rows.map(({ device_key }) => device_key)).to.have.members(names.map((name) => `mediamtx:${name}`));
  });

  it('12: ignores a path that a reader only asked for, but not one that it knows', async () => {
    stage.server.paths = [ghostPath('typo'), livePath('pushed', { confName: 'all_others' })];
    await stage.round();
    expect(await stage.device('typo')).to.equal(undefined);
    stage.server.paths = [ghostPath('typo'), ghostPath('pushed')];
    await stage.advance(MINUTE);
    expect(await stage.device('typo')).to.equal(undefined);
    expect(await stage.device('pushed')).to.include({ is_active: 1, ready: false, state: 'waiting' });
  });

  it('12: leaves out what we publish ourselves', async () => {
    stage.sync = stage.create({ excludePrefix: 'ai/' });
    stage.server.paths = [livePath('ai/cam'), livePath('cam')];
    await stage.round();
    expect((await stage.repository.list()).map(({ device_key }) => device_key)).to.deep.equal([
      'mediamtx:cam',
    ]);
  });

  it('12: keeps two servers with the same names apart', async () => {
    const north = stage.create({ server: 'north' });
    stage.server.paths = [livePath('cam')];
    await stage.round();
    await stage.round(north);
    stage.server.paths = [];
    await stage.round(north);
    expect(await stage.device('cam')).to.include({ ready: true });
    expect(await stage.device('cam', 'north')).to.include({ ready: false });
  });
});
