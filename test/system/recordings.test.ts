import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { joinNals } from '../../shared/media/annex-b.ts';
import { nalTypeOf } from '../../shared/media/nal.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { ModelServerDouble } from '../doubles/model-server.ts';
import { CLIP_FPS, clipOf } from '../field/support/clips.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { getJson, postJson } from '../support/http.ts';
import { findBox, parseBoxes } from '../support/mp4-boxes.ts';
import { requirePeer } from '../support/peers.ts';
import { probeVideo } from '../support/probe-video.ts';
import { childrenOf, type RunningProcess, startGateway } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openVideoPage, play, shown } from '../support/video-page.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const SLOW = { timeoutMs: 40_000 };
const ENV = { CLIP_BEFORE_SECONDS: '3', CLIP_AFTER_SECONDS: '2', DISK_RESERVE_MB: '0', RTSP_WORKERS: '1' };

/** Files of recordings with their bytes. */
function filesIn(folder: string): { name: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A camera of H.265 at `/hevc`. */
async function openHevcCamera(): Promise<RtspServer> {
  const { units } = clipOf('hevc');
  const pictures = units.map((nals) => ({
    data: joinNals(nals),
    keyframe: nals.some((nal) => [16, 17, 18, 19, 20, 21].includes(nalTypeOf('hevc', nal))),
  }));
  const source = new LoopSource({ codec: 'hevc', units: pictures, framesPerSecond: CLIP_FPS });
  const server = createRtspServer({ streams: new Map([['/hevc', source]]) });
  await server.listen();
  return server;
}

describe('Recordings of the whole gateway', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let camera: RtspServer;
  let hevc: RtspServer;
  let gateway: RunningProcess;
  let browser: Browser | undefined;
  let model: ModelServerDouble;

  const start = async (): Promise<void> => {
    gateway = await startGateway({ ...ENV, RECORDINGS_DIR: folder, VLM_URL: model.url, VLM_MODEL: 'm' });
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
    const url = `rtsp://127.0.0.1:${camera.port}`;
    const yard = { id: 'yard', url: `${url}/1`, record: 'always', keep: { hours: 2 } };
    const gate = { id: 'gate', url: `${url}/2`, analysis: { motion: true } };
    const modern = { id: 'modern', url: `rtsp://127.0.0.1:${hevc.port}/hevc`, record: 'always' };
    for (const body of [yard, gate, modern])
      expect((await postJson(`${gateway.origin}/api/cameras`, body)).status).to.equal(201);
  };
  before(async () => {
    camera = await openBlockCamera({ cameras: 2 });
    hevc = await openHevcCamera();
    model = await ModelServerDouble.open('ollama');
    await start();
  });
  after(async () => {
    await browser?.close();
    await gateway.end();
    await Promise.all([camera.close(), hevc.close()]);
    model.close();
  });

  const recordingOf = async (id: string) => (await getJson(`${gateway.origin}/api/recordings/${id}`)).body;
  const rangeOf = ({ from, to }: { from: string; to: string }): string => `from=${from}&to=${to}`;
  /** The first span of a camera, once it has this length. */
  const spanOf = (id: string, seconds: number): Promise<{ from: string; to: string }> =>
    waitFor(
      async () => {
        const { spans } = await recordingOf(id);
        const last = spans.at(-1);
        return last !== undefined && Date.parse(last.to) - Date.parse(last.from) > seconds * 1000 && last;
      },
      { ...SLOW, message: `${seconds} s of ${id}` },
    );

  it('records a camera and says since when, while the first file is written', async () => {
    const span = await spanOf('yard', 6);
    expect(Date.parse(span.to)).to.be.within(Date.now() - 15_000, Date.now() + 1000);
    const { body } = await getJson(`${gateway.origin}/api/recordings`);
    const yard = body.cameras.find(({ cameraId }: { cameraId: string }) => cameraId === 'yard');
    expect(yard).to.include({ state: 'recording', reason: null });
    const { viewers, recording } = (await getJson(`${gateway.origin}/api/cameras/yard/status`)).body;
    expect(viewers).to.equal(0);
    expect(recording).to.deep.equal({ state: 'recording', reason: null });
    const gate = (await getJson(`${gateway.origin}/api/cameras/gate/status`)).body;
    expect(gate.recording.state).to.be.oneOf(['ready', 'recording']);
  });

  it('exports a time as one MP4 that others read, whole and in ranges', async () => {
    const { from } = await spanOf('yard', 6);
    const to = new Date(Date.parse(from) + 4000).toISOString();
    const url = `${gateway.origin}/api/recordings/yard/export.mp4?${rangeOf({ from, to })}`;
    const response = await fetch(url);
    const movie = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).to.equal('video/mp4');
    expect(response.headers.get('x-recording-start')).to.equal(from);
    const video = await probeVideo(movie);
    expect(video.complaints).to.equal('');
    expect(video.packets.at(-1)?.shownAt).to.be.within(3.8, 5.1);
    const part = await fetch(url, { headers: { Range: 'bytes=100-2099' } });
    expect(part.status).to.equal(206);
    expect(part.headers.get('content-range')).to.equal(`bytes 100-2099/${movie.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(movie.subarray(100, 2100))).to.equal(true);
    const tail = await fetch(url, { headers: { Range: 'bytes=-500' } });
    expect(Buffer.from(await tail.arrayBuffer()).equals(movie.subarray(-500))).to.equal(true);
    expect((await fetch(url, { headers: { Range: `bytes=${movie.length}-` } })).status).to.equal(416);
    const head = await fetch(url, { method: 'HEAD' });
    expect(Number(head.headers.get('content-length'))).to.equal(movie.length);
  });

  it('plays a time as HLS from the very files', async () => {
    const { from } = await spanOf('yard', 6);
    const to = new Date(Date.parse(from) + 3000).toISOString();
    const base = `${gateway.origin}/api/recordings/yard/`;
    const playlist = await (await fetch(`${base}playlist.m3u8?${rangeOf({ from, to })}`)).text();
    expect(playlist).to.include('#EXT-X-PLAYLIST-TYPE:VOD').and.include('#EXT-X-ENDLIST');
    expect(/#EXT-X-PROGRAM-DATE-TIME:(.+)/.exec(playlist)?.[1]).to.equal(from);
    const [, uri, bytes] = /#EXT-X-MAP:URI="(.+)",BYTERANGE="(\d+)@0"/.exec(playlist) ?? [];
    const [, count, offset] = /#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(playlist) ?? [];
    const read = async (range: string): Promise<Buffer> =>
      Buffer.from(
        await (await fetch(`${base}${uri}`, { headers: { Range: `bytes=${range}` } })).arrayBuffer(),
      );
    const init = await read(`0-${Number(bytes) - 1}`);
    const piece = await read(`${offset}-${Number(offset) + Number(count) - 1}`);
    const video = await probeVideo(Buffer.concat([init, piece]));
    expect(video.complaints).to.equal('');
    expect(video.packets[0]?.keyframe).to.equal(true);
  });

  it('gives an event a clip from before it until after it, which Chromium plays', async function () {
    requirePeer(this, 'chromium');
    const event = await waitFor(
      async () => {
        const { events } = (await getJson(`${gateway.origin}/api/events?cameraId=gate&state=ended`)).body;
        return events.findLast(({ clipUrl }: { clipUrl: string | null }) => clipUrl !== null);
      },
      { ...SLOW, message: 'an event with a clip' },
    );
    const clipFrom = Date.parse(event.startedAt) - 3000;
    const clipTo = Date.parse(event.endedAt) + 2000;
    const { to } = await waitFor(
      async () => {
        const { spans } = await recordingOf('gate');
        return spans.find(
          (span: { from: string; to: string }) =>
            Date.parse(span.from) <= clipFrom + 1000 && Date.parse(span.to) >= clipTo,
        );
      },
      { ...SLOW, message: 'the end of the clip' },
    );
    expect(Date.parse(to)).to.be.lessThan(clipTo + 12_000);
    const response = await fetch(`${gateway.origin}${event.clipUrl}`);
    const startedAt = Date.parse(response.headers.get('x-recording-start') as string);
    const video = await probeVideo(Buffer.from(await response.arrayBuffer()));
    const endedAt = startedAt + (video.packets.at(-1)?.shownAt ?? 0) * 1000;
    expect(startedAt).to.be.at.most(clipFrom + 1000);
    expect(endedAt).to.be.at.least(clipTo - 1000);
    browser ??= await openBrowser();
    const page = await openPage(browser, gateway.origin);
    const played = (await page.evaluate(`(async () => {
      const video = document.querySelector('#video');
      video.src = ${JSON.stringify(event.clipUrl)};
      video.playbackRate = 4;
      await new Promise((resolve, reject) => {
        video.onended = resolve;
        video.onerror = () => reject(new Error(video.error.message));
      });
      return { duration: video.duration, time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
    })()`)) as { duration: number; time: number; frames: number };
    expect(played.duration).to.be.closeTo((endedAt - startedAt) / 1000, 0.5);
    expect(played.time).to.equal(played.duration);
    expect(played.frames).to.be.greaterThan(20);
  });

  it('writes H.265 as every player expects it: hvc1, what describes it in front, the right codec string', async () => {
    const span = await spanOf('modern', 4);
    const to = new Date(Date.parse(span.from) + 3000).toISOString();
    const base = `${gateway.origin}/api/recordings/modern`;
    const url = `${base}/export.mp4?${rangeOf({ from: span.from, to })}`;
    const movie = Buffer.from(await (await fetch(url)).arrayBuffer());
    const video = await probeVideo(movie);
    expect(video).to.include({ codec: 'hevc', complaints: '' });
    expect(video.packets[0]?.keyframe).to.equal(true);
    expect(
      parseBoxes(movie)
        .map(({ type }) => type)
        .slice(0, 2),
    ).to.deep.equal(['ftyp', 'moov']);
    const sample = findBox(parseBoxes(movie), 'moov/trak/mdia/minf/stbl/stsd');
    expect(sample.body.includes('hvc1')).to.equal(true);
    expect(sample.body.includes('hev1')).to.equal(false);
    const playlist = await (await fetch(`${base}/playlist.m3u8?${rangeOf({ from: span.from, to })}`)).text();
    expect(playlist).to.include('#EXT-X-MAP');
    // The codec string, from the configuration in the file: profile, level and constraints (ISO/IEC 14496-15, E.3).
    const config = sample.body.subarray(sample.body.indexOf('hvcC') + 4);
    expect([config[0], (config[1] as number) & 0x1f]).to.deep.equal([1, 1]);
    expect(Number(config[12])).to.be.within(30, 186);
  });

  it('plays H.265 in a Chromium that knows it', async function () {
    requirePeer(this, 'chromium');
    browser ??= await openBrowser();
    const page = await openPage(browser, gateway.origin);
    const knows = await page.evaluate(
      `document.createElement('video').canPlayType('video/mp4; codecs="hvc1.1.6.L30.90"')`,
    );
    if (knows === '') {
      console.log('      skipped: this Chromium has no decoder for H.265');
      return;
    }
    const span = await spanOf('modern', 4);
    const to = new Date(Date.parse(span.from) + 3000).toISOString();
    const frames = await page.evaluate(`(async () => {
      const video = document.querySelector('#video');
      video.src = '/api/recordings/modern/export.mp4?${rangeOf({ from: span.from, to })}';
      video.muted = true;
      video.play();
      await new Promise((resolve, reject) => {
        video.onended = resolve;
        video.onerror = () => reject(new Error(video.error.message));
      });
      return video.getVideoPlaybackQuality().totalVideoFrames;
    })()`);
    expect(frames).to.be.greaterThan(20);
  });

  it('answers a question about the last seconds from what is kept, without waiting for new pictures', async () => {
    const { status, body } = await postJson(`${gateway.origin}/api/reason/ask`, {
      cameraIds: ['gate'],
      question: 'What changed?',
      frames: 3,
      over: 2,
    });
    expect(status, JSON.stringify(body)).to.equal(200);
    const [{ frames }] = body.answers;
    const before = frames.map(({ timestamp }: { timestamp: number }) => frames[2].timestamp - timestamp);
    expect(before[0]).to.be.within(1.5, 2.6);
    expect(before[1]).to.be.within(0.6, 1.6);
    for (const { url } of frames) expect((await fetch(`${gateway.origin}${url}`)).status).to.equal(200);
    // Live pictures are numbered from 1: these were decoded from what is kept.
    expect(frames[0].sequence).to.be.greaterThan(2 ** 31);
  });

  it('plays HLS of a recording in hls.js', async function () {
    requirePeer(this, 'chromium');
    const { from } = await spanOf('yard', 6);
    const to = new Date(Date.parse(from) + 5000).toISOString();
    browser ??= await openBrowser();
    const page = await openVideoPage(browser, gateway.origin);
    await play(page, 'hls', `/api/recordings/yard/playlist.m3u8?${rangeOf({ from, to })}`);
    await waitFor(async () => (await shown(page)).frames > 10, {
      ...SLOW,
      message: 'pictures of the recording',
    });
  });

  it('says what is wrong with a request', async () => {
    const statusOf = async (path: string): Promise<string> => {
      const { status, body } = await getJson(`${gateway.origin}/api/recordings/${path}`);
      return `${status} ${body.code} ${body.field ?? ''}`.trim();
    };
    expect(await statusOf('yard/export.mp4?from=1000')).to.equal('400 invalid-field to');
    expect(await statusOf('yard/export.mp4?from=1000&to=900')).to.equal('400 invalid-field to');
    expect(await statusOf('yard/export.mp4?from=1000&to=99000')).to.equal('400 invalid-field to');
    expect(await statusOf('yard/export.mp4?from=1000&to=2000')).to.equal('404 recording-not-found');
    expect(await statusOf('yard/playlist.m3u8?from=x&to=2000')).to.equal('400 invalid-field from');
    expect(await statusOf('yard/segments/..%2F..%2Fgateway.db')).to.equal('404 recording-not-found');
    expect(await statusOf('unknown')).to.equal('404 camera-not-found');
  });

  it('refuses settings that do not fit, and names the field', async () => {
    const patch = async (change: object): Promise<string> => {
      const response = await fetch(`${gateway.origin}/api/cameras/yard`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(change),
      });
      return `${response.status} ${((await response.json()) as { field?: string }).field ?? ''}`.trim();
    };
    expect(await patch({ keep: { seconds: 20 } })).to.equal('400 keep');
    expect(await patch({ record: 'sometimes' })).to.equal('400 record');
    expect(await patch({ record: 'off', keep: { hours: 1 } })).to.equal('400 keep');
    expect(await patch({ keep: { hours: 3 } })).to.equal('200');
  });

  it('plays what was written before a worker was killed, and describes the gap', async () => {
    const before = await spanOf('yard', 3);
    const { workers } = (await getJson(`${gateway.origin}/health`)).body.services.rtsp;
    process.kill(workers[0].pid, 'SIGKILL');
    const { spans, gap } = await waitFor(
      async () => {
        const { spans, gaps } = await recordingOf('yard');
        // The file that was being written is found a moment after the new recording has begun.
        const gap = gaps.find(
          ({ from, reason }: { from: string; reason: string }) =>
            reason === 'restarted' && Date.parse(from) >= Date.parse(before.to),
        );
        return gap && { spans, gap };
      },
      { ...SLOW, message: 'the recording to go on' },
    );
    const ends = spans.flatMap(({ from, to }: { from: string; to: string }) => [from, to]);
    expect(ends).to.include.members([gap.from, gap.to]);
    const first = filesIn(join(folder, 'yard'))[0];
    expect((await probeVideo(first?.bytes as Buffer)).complaints).to.equal('');
  });

  it('finds all that is recorded from the files where the index is lost, and cuts off what is not whole', async () => {
    const before = await recordingOf('yard');
    await gateway.end('SIGKILL');
    await waitFor(() => childrenOf(gateway.pid).length === 0, SLOW);
    const [first] = filesIn(join(folder, 'yard')) as [{ name: string; bytes: Buffer }];
    const date = first.name.slice(0, 10);
    const day = join(folder, 'lost', date);
    mkdirSync(day, { recursive: true });
    writeFileSync(join(day, first.name), first.bytes.subarray(0, Math.floor(first.bytes.length * 0.6)));
    writeFileSync(join(day, `${date}T00-00-00.000Z.off.mp4`), 'no video');
    await start();
    await waitFor(
      async () => {
        const { spans } = await recordingOf('yard');
        // Its files are found one after another.
        return spans[0]?.from === before.spans[0].from && spans[0].to === before.spans[0].to;
      },
      { ...SLOW, message: 'the index to be repaired' },
    );
    await waitFor(async () => (await recordingOf('lost')).spans?.length === 1, {
      ...SLOW,
      message: 'the cut file',
    });
    const [rest] = filesIn(join(folder, 'lost'));
    expect(filesIn(join(folder, 'lost')).length).to.equal(1);
    expect((await probeVideo(rest?.bytes as Buffer)).complaints).to.equal('');
  });

  it('removes what it is told to, files and all, and keeps the recording of a camera that was removed', async () => {
    const remove = (path: string) => fetch(`${gateway.origin}${path}`, { method: 'DELETE' });
    expect((await remove('/api/cameras/yard')).status).to.equal(204);
    await waitFor(
      async () =>
        (await getJson(`${gateway.origin}/api/recordings`)).body.cameras?.find(
          ({ cameraId, state }: { cameraId: string; state: string | null }) =>
            cameraId === 'yard' && state === null,
        ),
      SLOW,
    );
    expect((await recordingOf('yard')).spans).to.not.deep.equal([]);
    const answer = (await (await remove('/api/recordings/yard')).json()) as { segments: number };
    expect(answer.segments).to.be.greaterThan(0);
    await waitFor(async () => (await recordingOf('yard')).code === 'camera-not-found', SLOW);
    // The file that was being written goes when it is closed.
    await waitFor(() => !readdirSync(folder).includes('yard'), SLOW);
  });
});
