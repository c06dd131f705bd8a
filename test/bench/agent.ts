/** What crosses the uplink of an agent, and how much later its pictures are than those of a camera nearby. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { startAgent, startGateway } from '../support/processes.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { makeClip } from './clip.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';
import { startSender } from './scenarios.ts';

const VIEWERS = [1, 10];
/** A camera rests 10 s after its last viewer, HLS a little later. */
const REST_MS = 15_000;
const MOST_IDLE_KBIT = 2;
const MOST_AT_TEN = 1.1;
const MOST_DELAY_MS = 20;

/** Measures with no viewer, one and ten, of video and of pictures. */
export async function benchAgent(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, 2);
  const gateway = await startGateway({ LOG_LEVEL: 'warn', ANALYSIS: 'off', RTSP_WORKERS: '1' });
  const link = await TcpProxy.open(gateway.port);
  const { origin } = gateway;
  let agent: ReturnType<typeof startAgent> | undefined;
  try {
    const isReady = async () => (await getJson(`${origin}/readyz`)).status === 200;
    await waitFor(isReady, { timeoutMs: 30_000, message: 'the workers' });
    const { body } = await postJson(`${origin}/api/agents`, { name: 'home' });
    agent = startAgent({ GATEWAY_URL: link.origin, AGENT_TOKEN: body.token, LOG_LEVEL: 'warn' });
    await waitFor(async () => (await getJson(`${origin}/api/agents`)).body[0]?.state === 'online');
    const url = (id: string) => `rtsp://127.0.0.1:${sender.port}/${id}`;
    await postJson(`${origin}/api/cameras/connect`, { cameraId: 'far', url: url('1'), agent: 'home' });
    await postJson(`${origin}/api/cameras/connect`, { cameraId: 'near', url: url('2') });
    await delay(REST_MS);
    const idle = await kbitPerSecond(link, Math.max(seconds, 20));
    print(`an agent sends ${idle.toFixed(1)} kbit/s without viewers`);
    target(
      `an agent without viewers sends ${idle.toFixed(1)} kbit/s (${MOST_IDLE_KBIT})`,
      idle <= MOST_IDLE_KBIT,
    );
    await measure('video by MSE', (count) => watchVideo(origin, count), link, seconds);
    await delay(REST_MS);
    await measure('pictures by /ws', (count) => watchPictures(origin, count), link, seconds);
    const [far, near] = await Promise.all([ageOf(origin, 'far', seconds), ageOf(origin, 'near', seconds)]);
    print(
      `pictures at a viewer: p50 ${far.toFixed(0)} ms of an agent's camera, ${near.toFixed(0)} ms of one nearby`,
    );
    const added = far - near;
    target(`the link adds ${added.toFixed(0)} ms at p50 (${MOST_DELAY_MS})`, added <= MOST_DELAY_MS);
  } finally {
    await agent?.end();
    link.close();
    await gateway.end();
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  what: string,
  watch: (count: number) => Promise<() => void>,
  link: TcpProxy,
  seconds: number,
): Promise<void> {
  const rates: number[] = [];
  for (const count of VIEWERS) {
    const leave = await watch(count);
    await delay(2000);
    rates.push(await kbitPerSecond(link, seconds));
    leave();
  }
  const [one = Number.NaN, ten = Number.NaN] = rates;
  const ratio = ten / one;
  print(`${what}: an agent sends ${one.toFixed(0)} kbit/s for one viewer, ${ten.toFixed(0)} for ten`);
  target(
    `ten viewers of ${what} cost the uplink ${ratio.toFixed(2)} times one (${MOST_AT_TEN})`,
    ratio <= MOST_AT_TEN,
  );
}

async function watchVideo(origin: string, count: number): Promise<() => void> {
  const viewers = await Promise.all(Array.from({ length: count }, () => MseClient.open(origin, 'far')));
  await waitFor(() => viewers.every(({ binaries }) => binaries.length > 1), { message: 'video' });
  return () => {
    for (const viewer of viewers) viewer.close();
  };
}

async function watchPictures(origin: string, count: number): Promise<() => void> {
  const viewers = await Promise.all(Array.from({ length: count }, () => WsClient.open(origin)));
  for (const viewer of viewers) viewer.send({ action: 'subscribe', cameraId: 'far' });
  await waitFor(() => viewers.every((viewer) => viewer.frames('far').length > 0), { message: 'pictures' });
  return () => {
    for (const viewer of viewers) viewer.close();
  };
}

/** Median age of a camera's pictures as they arrive, milliseconds. */
async function ageOf(origin: string, cameraId: string, seconds: number): Promise<number> {
  const viewer = await WsClient.open(origin);
  const ages: number[] = [];
  viewer.socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return;
    const message = JSON.parse(data.toString());
    if (message.type === 'frame') ages.push(Date.now() - message.timestamp * 1000);
  });
  viewer.send({ action: 'subscribe', cameraId });
  await delay(seconds * 1000);
  viewer.close();
  return percentile(ages, 0.5);
}

async function kbitPerSecond(link: TcpProxy, seconds: number): Promise<number> {
  const [startedAt, before] = [performance.now(), link.sentBytes];
  await delay(seconds * 1000);
  return ((link.sentBytes - before) * 8) / (performance.now() - startedAt);
}
