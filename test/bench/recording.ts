/** What recording costs: one camera of 4 Mbit/s beside ffmpeg and MediaMTX, and eight beside viewers. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { cpuShare, percentile } from './measure.ts';
import { print, target } from './report.ts';
import { measureViewers, startSender, workerPids } from './scenarios.ts';

const SETTLE_MS = 3000;
const CAMERAS = 8;
/** Per cent of a core for a camera of 4 Mbit/s. */
const MAX_SHARE = 0.5;
/** Per cent by which recording may change the pictures of viewers. */
const MAX_CHANGE = 5;

/** One comparison, with recording and without it right before or after. */
interface Round {
  quiet: number;
  busy: number;
  rateWithout: number;
  rateWith: number;
}

/**
 * @param seconds of each measurement
 * @param rounds comparisons; the median of their ratios counts, so that other work on the machine does not
 */
export async function benchRecording(seconds: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-recording-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, CAMERAS);
  const gateway = await startGateway({ LOG_LEVEL: 'warn', RTSP_WORKERS: '1', DISK_RESERVE_MB: '0' });
  try {
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 20_000,
    });
    for (let camera = 1; camera <= CAMERAS; camera += 1)
      await postJson(`${gateway.origin}/api/cameras`, {
        id: String(camera),
        url: `rtsp://127.0.0.1:${sender.port}/${camera}`,
      });
    await untilLive(gateway);
    const seen: Round[] = [];
    for (let round = 0; round < rounds; round += 1)
      seen.push(await compare(gateway, sender, { seconds, isRecordingFirst: round % 2 === 1 }));
    const of = (value: (round: Round) => number): number => percentile(seen.map(value), 0.5);
    const [quiet, busy] = [of((round) => round.quiet), of((round) => round.busy)];
    const share = of((round) => round.busy - round.quiet) / CAMERAS;
    const ratio = of(({ rateWith, rateWithout }) => rateWith / rateWithout);
    const change = Math.abs(ratio - 1) * 100;
    print(
      `recording     ${CAMERAS} cameras of 4 Mbit/s, median of ${rounds} rounds: ${quiet.toFixed(1)} % of a core without, ${busy.toFixed(1)} with; one camera ${share.toFixed(2)} %`,
    );
    print(
      `              a viewer of each gets ${of((round) => round.rateWithout).toFixed(2)} pictures a second without, ${of((round) => round.rateWith).toFixed(2)} with; ratios ${seen.map(({ rateWith, rateWithout }) => (rateWith / rateWithout).toFixed(3)).join(' ')}, median ${ratio.toFixed(3)}`,
    );
    target(
      `recording a camera of 4 Mbit/s: ${share.toFixed(2)} % of a core (${MAX_SHARE})`,
      share <= MAX_SHARE,
    );
    target(
      `viewers beside ${CAMERAS} recordings: rate changes by ${change.toFixed(1)} % (${MAX_CHANGE})`,
      change <= MAX_CHANGE,
    );
    const whole = busy / CAMERAS;
    const url = `rtsp://127.0.0.1:${sender.port}/1`;
    const ffmpeg = await peer(seconds, startFfmpeg(url, folder));
    print(
      `              with its connection ${whole.toFixed(2)} %; ffmpeg -c copy -f segment ${ffmpeg.toFixed(2)} % (ours ${(whole / ffmpeg).toFixed(2)} times it)`,
    );
    if (spawnSync('mediamtx', ['--version']).error === undefined) {
      const mediamtx = await peer(seconds, await startMediamtx(url, folder));
      print(
        `              MediaMTX's recorder ${mediamtx.toFixed(2)} % (ours ${(whole / mediamtx).toFixed(2)} times it)`,
      );
    } else print('              MediaMTX is not on the PATH');
  } finally {
    await gateway.end();
    sender.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures with recording and without, in alternating order. */
async function compare(
  gateway: RunningProcess,
  sender: { port: number; startedAt: number },
  { seconds, isRecordingFirst }: { seconds: number; isRecordingFirst: boolean },
): Promise<Round> {
  const measured = async (record: 'off' | 'always') => {
    await recordAll(gateway, record);
    const cost = await costOf(gateway, seconds);
    const { rate } = await measureViewers(stageOf(gateway, sender), 1, seconds);
    return { cost, rate };
  };
  const first = await measured(isRecordingFirst ? 'always' : 'off');
  const second = await measured(isRecordingFirst ? 'off' : 'always');
  const [without, recording] = isRecordingFirst ? [second, first] : [first, second];
  return {
    quiet: without.cost,
    busy: recording.cost,
    rateWithout: without.rate,
    rateWith: recording.rate,
  };
}

function stageOf(gateway: RunningProcess, { port, startedAt }: { port: number; startedAt: number }) {
  return {
    ...{ gateway, startedAt, cameras: CAMERAS, rtspPort: port, connectMs: [], emptyMib: 0 },
    close: async () => {},
  };
}

async function untilLive({ origin }: RunningProcess): Promise<void> {
  for (let camera = 1; camera <= CAMERAS; camera += 1)
    await waitFor(
      async () => (await getJson(`${origin}/api/cameras/${camera}/status`)).body.state === 'live',
      { timeoutMs: 20_000 },
    );
}

/** Of the gateway and its workers, per cent of a core. */
async function costOf(gateway: RunningProcess, seconds: number): Promise<number> {
  await delay(SETTLE_MS);
  return cpuShare([gateway.pid, ...(await workerPids(gateway))], seconds);
}

async function recordAll({ origin }: RunningProcess, record: 'off' | 'always'): Promise<void> {
  const recording = record === 'off' ? 0 : CAMERAS;
  for (let camera = 1; camera <= CAMERAS; camera += 1)
    await fetch(`${origin}/api/cameras/${camera}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ record }),
    });
  await waitFor(
    async () => {
      const { cameras } = (await getJson(`${origin}/api/recordings`)).body;
      return cameras.filter(({ state }: { state: string }) => state === 'recording').length === recording;
    },
    { timeoutMs: 20_000 },
  );
}

async function peer(seconds: number, child: ChildProcess): Promise<number> {
  await delay(SETTLE_MS);
  const share = await cpuShare([child.pid as number], seconds);
  child.kill('SIGKILL');
  return share;
}

/** ffmpeg that writes a camera to files of a minute, unchanged. */
export function startFfmpeg(url: string, folder: string): ChildProcess {
  const input = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-c', 'copy'];
  const output = [
    '-f',
    'segment',
    '-segment_time',
    '60',
    '-segment_format_options',
    'movflags=frag_keyframe+empty_moov',
  ];
  return spawn(
    'ffmpeg',
    [...input, ...output, join(folder, `ffmpeg-${new URL(url).pathname.slice(1)}-%03d.mp4`)],
    { stdio: 'ignore' },
  );
}

async function startMediamtx(url: string, folder: string): Promise<ChildProcess> {
  const file = join(folder, 'mediamtx.yml');
  const off = ['rtmp', 'hls', 'webrtc', 'srt', 'rtsp'].map((name) => `${name}: no`);
  const path = [
    'paths:',
    '  cam:',
    `    source: ${url}`,
    '    rtspTransport: tcp',
    '    record: yes',
    `    recordPath: ${folder}/%path/%Y-%m-%d_%H-%M-%S-%f`,
  ];
  writeFileSync(
    file,
    [`logLevel: error`, `apiAddress: :${await freePort()}`, ...off, ...path, ''].join('\n'),
  );
  return spawn('mediamtx', [file], { stdio: 'ignore' });
}
