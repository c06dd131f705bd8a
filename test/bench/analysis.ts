/** What analysis costs and how late its events are. */
import { spawn } from 'node:child_process';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';
import { cpuSeconds, cpuShare, percentile } from './measure.ts';

/** CPU in per cent of a core, the RTSP workers' and the analysis worker's. */
export interface AnalysisShare {
  rtsp: number;
  analysis: number;
}

/** What was measured of one camera with 1280x720 at 15 fps. */
export interface AnalysisCost {
  off: AnalysisShare;
  /** Motion at 5 fps; the decoder runs for it alone. */
  motion: AnalysisShare;
  /** ffmpeg, receiving and decoding the same camera on one thread and doing nothing else. */
  ffmpeg: number;
  /** By inferences a second. */
  inference: { perSecond: number; reached: number; share: AnalysisShare }[];
  /** From the capture of an event's first frame to its message on the live stream, milliseconds. */
  delay: { p50: number; max: number; events: number };
}

const SETTLE_MS = 6000;
/** Longer than decoders without viewers are kept. */
const IDLE_AFTER_MS = 12_000;
const CAMERA = '1';
const SCENE = { stillS: 4, movingS: 2 };
const SCENE_S = SCENE.stillS + SCENE.movingS;
/** A second. */
const INFERENCES = [1, 5, 10];

/** Measures one camera. @param measurement `faceModel`: ONNX model for the inference part */
export async function measureAnalysis({
  seconds,
  faceModel,
}: {
  seconds: number;
  faceModel: string;
}): Promise<AnalysisCost> {
  const camera = await openBlockCamera({ width: 1280, height: 720, ...SCENE });
  try {
    const gateway = await startGateway({ LOG_LEVEL: 'warn' });
    try {
      await addCamera(gateway, `rtsp://127.0.0.1:${camera.port}/1`);
      await pause(IDLE_AFTER_MS);
      const off = await share(gateway, seconds);
      await patch(gateway, { motion: true });
      await pause(SETTLE_MS);
      // Whole rounds of the scene, else the share of motion in the window would be chance.
      const motion = await share(gateway, Math.ceil(seconds / SCENE_S) * SCENE_S);
      const ffmpeg = await ffmpegShare(`rtsp://127.0.0.1:${camera.port}/1`, seconds);
      const delay = await measureDelay(gateway, Math.max(20, seconds * 2));
      const inference = [];
      for (const rate of INFERENCES)
        inference.push(await measureInference(camera.port, faceModel, rate, seconds));
      return { off, motion, ffmpeg, delay, inference };
    } finally {
      await gateway.end();
    }
  } finally {
    await camera.close();
  }
}

async function measureInference(port: number, faceModel: string, perSecond: number, seconds: number) {
  const gateway = await startGateway({ LOG_LEVEL: 'warn', FACE_MODEL: faceModel, ANALYSIS_FPS: '10' });
  try {
    await addCamera(gateway, `rtsp://127.0.0.1:${port}/1`);
    // A mask over all: nothing moves, so that the rate is that of the clock alone.
    const masks = [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    ];
    await patch(gateway, { faces: true, masks, everySeconds: 1 / perSecond });
    await pause(SETTLE_MS);
    const [before, begunAt] = [await inferences(gateway), performance.now()];
    const cost = await share(gateway, seconds);
    const reached = ((await inferences(gateway)) - before) / ((performance.now() - begunAt) / 1000);
    return { perSecond, reached, share: cost };
  } finally {
    await gateway.end();
  }
}

/** Events of the live stream over a while. */
async function measureDelay({ origin }: RunningProcess, seconds: number): Promise<AnalysisCost['delay']> {
  const delays: number[] = [];
  const aborter = new AbortController();
  const response = await fetch(`${origin}/api/events/stream`, { signal: aborter.signal });
  const timer = setTimeout(() => aborter.abort(), seconds * 1000);
  try {
    for await (const chunk of response.body ?? []) {
      const now = Date.now();
      const text = Buffer.from(chunk).toString();
      for (const match of text.matchAll(/event: start\ndata: .*"startedAt":"([^"]+)"/g))
        delays.push(now - Date.parse(match[1] as string));
    }
  } catch (error) {
    if (!aborter.signal.aborted) throw error;
  }
  clearTimeout(timer);
  return { p50: percentile(delays, 0.5), max: Math.max(...delays), events: delays.length };
}

async function addCamera({ origin }: RunningProcess, url: string): Promise<void> {
  await waitFor(async () => (await getJson(`${origin}/readyz`)).status === 200, { timeoutMs: 30_000 });
  await postJson(`${origin}/api/cameras`, { id: CAMERA, url });
  const isLive = async () => (await getJson(`${origin}/api/cameras/${CAMERA}/status`)).body.connected;
  await waitFor(isLive, { timeoutMs: 30_000 });
}

async function patch({ origin }: RunningProcess, analysis: object): Promise<void> {
  await fetch(`${origin}/api/cameras/${CAMERA}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ analysis }),
  });
}

async function share({ origin }: RunningProcess, seconds: number): Promise<AnalysisShare> {
  const { rtsp, analysis } = (await getJson(`${origin}/health`)).body.services;
  const pids = rtsp.workers.map(({ pid }: { pid: number }) => pid);
  const [begunAt, rtspBefore, analysisBefore] = [
    performance.now(),
    cpuSeconds(pids),
    cpuSeconds([analysis.pid]),
  ];
  await pause(seconds * 1000);
  const perCent = 100_000 / (performance.now() - begunAt);
  return {
    rtsp: (cpuSeconds(pids) - rtspBefore) * perCent,
    analysis: (cpuSeconds([analysis.pid]) - analysisBefore) * perCent,
  };
}

async function ffmpegShare(url: string, seconds: number): Promise<number> {
  const input = ['-v', 'error', '-rtsp_transport', 'tcp', '-threads', '1', '-i', url];
  const ffmpeg = spawn('ffmpeg', [...input, '-f', 'null', '-'], { stdio: 'ignore' });
  try {
    await pause(SETTLE_MS);
    return await cpuShare([ffmpeg.pid as number], seconds);
  } finally {
    ffmpeg.kill('SIGKILL');
  }
}

/** Inferences so far, as the worker counts them; NaN where the gateway does not pass its metrics on. */
async function inferences({ origin }: RunningProcess): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^analysis_inferences_total\{[^}]*\} (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
