import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AGENT_TOKEN_HEADER } from '#shared/agent-link.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { requestJson } from '../support/http.ts';
import { probeVideo } from '../support/probe-video.ts';
import { childrenOf, type RunningProcess, startAgent, startGateway } from '../support/processes.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const TOKEN = 'T0kenOfTheAdministrator-0123456789';
const bearer = { authorization: `Bearer ${TOKEN}` };
const SLOW = { timeoutMs: 40_000 };

interface Span {
  from: string;
  to: string;
}

describe('Recordings of cameras of an agent', function () {
  this.timeout(120_000);
  /** The agent's disk, which outlives its processes. */
  const disk = temporaryFolder();
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let proxy: TcpProxy;
  let agent: ReturnType<typeof startAgent>;
  let agentToken: string;

  before(async () => {
    cameras = await openBlockCamera({ cameras: 2 });
    gateway = await startGateway({
      ...{ PUBLIC: 'on', API_TOKEN: TOKEN, ALLOW_LOOPBACK_CAMERAS: 'off', RTSP_WORKERS: '1' },
      DISK_RESERVE_MB: '0',
      ...{ CLIP_BEFORE_SECONDS: '3', CLIP_AFTER_SECONDS: '2' },
    });
    proxy = await TcpProxy.open(gateway.port);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, {
      message: 'the gateway',
      timeoutMs: 40_000,
    });
    agentToken = (await api('/api/agents', { name: 'home' })).body.token;
    runAgent();
    await isState('online');
    const url = `rtsp://127.0.0.1:${cameras.port}`;
    const yard = { id: 'yard', url: `${url}/1`, agent: 'home', record: 'always', keep: { hours: 2 } };
    const gate = { id: 'gate', url: `${url}/2`, agent: 'home', analysis: { motion: true } };
    for (const body of [yard, gate]) {
      const { status, body: answer } = await api('/api/cameras', body);
      expect(status, JSON.stringify(answer)).to.equal(201);
    }
  });

  after(async () => {
    await agent?.end();
    proxy?.close();
    await gateway?.end();
    await cameras?.close();
  });

  function runAgent(): void {
    const target = { GATEWAY_URL: proxy.origin, AGENT_TOKEN: agentToken };
    agent = startAgent({ ...target, RECORDINGS_DIR: disk, DISK_RESERVE_MB: '0' });
  }
  const api = (path: string, body?: object, method = body === undefined ? 'GET' : 'POST') =>
    requestJson(method, `${gateway.origin}${path}`, { body, headers: bearer });
  const isState = (state: string) =>
    waitFor(async () => (await api('/api/agents')).body[0]?.state === state, { ...SLOW, message: state });
  const recordingOf = async (id: string) => (await api(`/api/recordings/${id}`)).body;
  const ms = ({ from, to }: Span): number => Date.parse(to) - Date.parse(from);
  const rangeOf = ({ from, to }: Span): string => `from=${from}&to=${to}`;
  /** The last span, once it has this length. */
  const spanOf = (id: string, seconds: number): Promise<Span> =>
    waitFor(
      async () => {
        const last = ((await recordingOf(id)).spans as Span[] | undefined)?.at(-1);
        return last !== undefined && ms(last) > seconds * 1000 ? last : undefined;
      },
      { ...SLOW, message: `${seconds} s of ${id}` },
    );
  const get = (path: string, headers = {}) =>
    fetch(`${gateway.origin}${path}`, { headers: { ...bearer, ...headers } });
  const filesOf = (id: string): string[] =>
    readdirSync(join(disk, id), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mp4'),
    );
  async function export_(id: string, range: Span): Promise<Buffer> {
    const answer = await get(`/api/recordings/${id}/export.mp4?${rangeOf(range)}`);
    expect(answer.status).to.equal(200);
    return Buffer.from(await answer.arrayBuffer());
  }

  it('are written at home and listed at the gateway, which has no file of them', async () => {
    const span = await spanOf('yard', 6);
    expect(Date.parse(span.to)).to.be.within(Date.now() - 20_000, Date.now() + 1000);
    expect(readdirSync(disk)).to.include('yard');
    expect(existsSync(join(gateway.dataDir, 'recordings', 'yard'))).to.equal(false);
    const { body } = await api('/api/recordings');
    const yard = body.cameras.find(({ cameraId }: { cameraId: string }) => cameraId === 'yard');
    expect(yard).to.include({ state: 'recording', reason: null });
    const { recording } = (await api('/api/cameras/yard/status')).body;
    expect(recording).to.deep.equal({ state: 'recording', reason: null });
  });

  it('are exported as one MP4, whole and in ranges', async () => {
    const { from } = await spanOf('yard', 6);
    const range = { from, to: new Date(Date.parse(from) + 4000).toISOString() };
    const movie = await export_('yard', range);
    const video = await probeVideo(movie);
    expect(video.complaints).to.equal('');
    expect(video.packets.at(-1)?.shownAt).to.be.within(3.8, 5.1);
    const path = `/api/recordings/yard/export.mp4?${rangeOf(range)}`;
    for (const [start, end] of [
      [100, 2099],
      [Math.floor(movie.length / 2), movie.length - 1],
    ] as const) {
      const part = await get(path, { Range: `bytes=${start}-${end}` });
      expect(part.status).to.equal(206);
      expect(Buffer.from(await part.arrayBuffer()).equals(movie.subarray(start, end + 1))).to.equal(true);
    }
  });

  it('play as HLS from the very files', async () => {
    const { from } = await spanOf('yard', 6);
    const range = { from, to: new Date(Date.parse(from) + 3000).toISOString() };
    const base = '/api/recordings/yard/';
    const playlist = await (await get(`${base}playlist.m3u8?${rangeOf(range)}`)).text();
    expect(playlist).to.include('#EXT-X-ENDLIST');
    const [, uri, bytes] = /#EXT-X-MAP:URI="(.+)",BYTERANGE="(\d+)@0"/.exec(playlist) ?? [];
    const [, count, offset] = /#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(playlist) ?? [];
    const read = async (start: number, length: number): Promise<Buffer> => {
      const answer = await get(`${base}${uri}`, { Range: `bytes=${start}-${start + length - 1}` });
      expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([206, 'video/mp4']);
      expect(answer.headers.get('content-security-policy')).to.match(/sandbox/);
      return Buffer.from(await answer.arrayBuffer());
    };
    const piece = [await read(0, Number(bytes)), await read(Number(offset), Number(count))];
    const video = await probeVideo(Buffer.concat(piece));
    expect(video.complaints).to.equal('');
    expect(video.packets[0]?.keyframe).to.equal(true);
    expect((await get(`${base}segments/..%2F.index.sqlite`)).status).to.equal(404);
  });

  it('give events clips from before they began', async () => {
    const timesOf = (event: { startedAt: string; endedAt: string }) => ({
      clipFrom: Date.parse(event.startedAt) - 3000,
      clipTo: Date.parse(event.endedAt) + 2000,
    });
    // The first event may have begun before there was anything to keep.
    const event = await waitFor(
      async () => {
        const { events } = (await api('/api/events?cameraId=gate&state=ended')).body;
        const { spans } = await recordingOf('gate');
        return events.find((found: { startedAt: string; endedAt: string; clipUrl: string | null }) => {
          const { clipFrom, clipTo } = timesOf(found);
          const isWhole = ({ from, to }: Span) =>
            Date.parse(from) <= clipFrom + 1000 && Date.parse(to) >= clipTo;
          return found.clipUrl !== null && spans.some(isWhole);
        });
      },
      { ...SLOW, message: 'an event with a whole clip' },
    );
    const { clipFrom, clipTo } = timesOf(event);
    const answer = await get(event.clipUrl);
    const startedAt = Date.parse(answer.headers.get('x-recording-start') as string);
    const video = await probeVideo(Buffer.from(await answer.arrayBuffer()));
    expect(video.complaints).to.equal('');
    expect(startedAt).to.be.at.most(clipFrom + 1000);
    expect(startedAt + (video.packets.at(-1)?.shownAt ?? 0) * 1000).to.be.at.least(clipTo - 1000);
  });

  it('go on while the link is away, which answers name', async () => {
    const before = await spanOf('yard', 1);
    proxy.hang();
    await isState('offline');
    const away = await recordingOf('yard');
    expect(away.spans).to.deep.equal([]);
    expect(away.unavailable[0]).to.include({ code: 'agent-offline' });
    expect(away.unavailable[0].error).to.include('Agent home is offline since');
    for (const path of [`export.mp4?${rangeOf(before)}`, `playlist.m3u8?${rangeOf(before)}`])
      expect((await api(`/api/recordings/yard/${path}`)).body.code).to.equal('agent-offline');
    expect((await api('/api/recordings/yard', undefined, 'DELETE')).body.code).to.equal('agent-offline');
    const listed = (await api('/api/recordings')).body.cameras;
    expect(listed.find(({ cameraId }: { cameraId: string }) => cameraId === 'yard')).to.include({
      state: null,
      reason: 'agent-offline',
    });
    const since = Date.now();
    await waitFor(() => Date.now() - since > 4000, { message: 'four seconds without a link' });
    proxy.resume();
    await isState('online');
    const span = await waitFor(
      async () => {
        const found = ((await recordingOf('yard')).spans as Span[]).find(({ from }) => from === before.from);
        return found !== undefined && Date.parse(found.to) > since + 4000 ? found : undefined;
      },
      { ...SLOW, message: 'what was recorded meanwhile' },
    );
    expect(Date.parse(span.from)).to.equal(Date.parse(before.from));
  });

  it('survive the death of worker and agent, and go on without the gateway', async () => {
    const before = await spanOf('yard', 4);
    const written = filesOf('yard');
    proxy.hang();
    await isState('offline');
    const [worker] = childrenOf(agent.pid);
    process.kill(worker as number, 'SIGKILL');
    await agent.end('SIGKILL');
    runAgent();
    await waitFor(() => filesOf('yard').length > written.length, {
      ...SLOW,
      message: 'a file that was begun without a gateway',
    });
    expect(statSync(join(disk, '.orders.json')).mode & 0o777).to.equal(0o600);
    expect((await api('/api/agents')).body[0].state).to.equal('offline');
    proxy.resume();
    await isState('online');
    const { spans, gaps } = await waitFor(
      async () => {
        const found = await recordingOf('yard');
        return found.spans[0]?.from === before.from && found.spans.length > 1 && found;
      },
      { ...SLOW, message: 'both spans' },
    );
    expect(gaps.map(({ reason }: { reason: string }) => reason)).to.include('restarted');
    const [first] = spans;
    expect(ms(first)).to.be.at.least(ms(before) - 1000);
    const last = { from: new Date(Date.parse(first.to) - 2000).toISOString(), to: first.to };
    const video = await probeVideo(await export_('yard', last));
    expect(video.complaints).to.equal('');
    expect(video.packets.length).to.be.greaterThan(10);
  });

  it('stay for their hours when the camera is removed, and go when they are removed', async () => {
    expect((await api('/api/cameras/yard', undefined, 'DELETE')).status).to.equal(204);
    await waitFor(
      async () =>
        (await api('/api/recordings')).body.cameras.some(
          ({ cameraId, state }: { cameraId: string; state: string | null }) =>
            cameraId === 'yard' && state === null,
        ),
      SLOW,
    );
    expect((await recordingOf('yard')).spans).to.not.deep.equal([]);
    const removed = await api('/api/recordings/yard', undefined, 'DELETE');
    expect(removed.body.segments, JSON.stringify(removed.body)).to.be.greaterThan(0);
    await waitFor(async () => (await recordingOf('yard')).code === 'camera-not-found', SLOW);
    expect(readdirSync(disk)).to.not.include('yard');
  });

  it('are reached by no token of an agent, and by nothing when the agent is removed', async () => {
    const path = '/api/recordings/gate';
    for (const headers of [
      { authorization: `Bearer ${agentToken}` },
      { [AGENT_TOKEN_HEADER]: agentToken },
    ] as Record<string, string>[])
      expect((await fetch(`${gateway.origin}${path}`, { headers })).status).to.equal(401);
    expect((await api('/api/agents/home', undefined, 'DELETE')).status).to.equal(204);
    const gone = await waitFor(async () => (await recordingOf('gate')).unavailable, SLOW);
    expect(gone[0]).to.include({ code: 'agent-offline', error: 'There is no agent home any more' });
    await waitFor(() => cameras.stats().sessions.length === 0, {
      ...SLOW,
      message: 'the end of its cameras',
    });
    expect(existsSync(join(disk, '.orders.json'))).to.equal(false);
  });
});
