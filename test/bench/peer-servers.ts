/** Servers with the same cameras connected: ours as `npm start` runs it, and those that are installed here. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { getJson } from '../support/http.ts';
import { npmStart } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { connectCameras, oursOf, SETTINGS } from './footprint.ts';

/** A server with every camera connected, camera 1 as `1`. */
export interface PeerServer {
  pids(): readonly number[];
  /** Undefined where it does not serve MSE. */
  mse: { url: string; hello?: string } | undefined;
  /** Its WHEP endpoint for camera 1. */
  whep: string;
  /** It gives on camera 1 as `rtsp://…/1`. */
  rtspPort: number;
  /** Begins to record every camera; undefined where it cannot. */
  record: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** Ours. @param sender port of the cameras */
export async function openOurs(sender: number, cameras: number): Promise<PeerServer> {
  const rtspPort = await freePort();
  const product = await npmStart({ ...SETTINGS, RTSP_PORT: String(rtspPort) });
  const isReady = async () => (await getJson(`${product.origin}/readyz`)).status === 200;
  await waitFor(isReady, { timeoutMs: 30_000 });
  await connectCameras(product, sender, { from: 1, to: cameras });
  return {
    pids: () => oursOf(product),
    mse: { url: `${product.origin}/ws/mse/1` },
    whep: `${product.origin}/whep/1`,
    rtspPort,
    record: async () => {
      for (let camera = 1; camera <= cameras; camera += 1)
        await send('PATCH', `${product.origin}/api/cameras/${camera}`, { record: 'always' });
    },
    close: () => product.end(),
  };
}

/** go2rtc, where it is on the PATH. */
export async function openGo2rtc(urls: readonly string[]): Promise<PeerServer | undefined> {
  const [port, webrtcPort, rtspPort] = [await freePort(), await freePort(), await freePort()];
  const names = urls.map((_, index) => String(index + 1));
  const config = {
    api: { listen: `127.0.0.1:${port}` },
    webrtc: { listen: `:${webrtcPort}` },
    rtsp: { listen: `127.0.0.1:${rtspPort}` },
    streams: Object.fromEntries(names.map((name, index) => [name, urls[index]])),
    // Without it cameras are connected while they are watched.
    preload: Object.fromEntries(names.map((name) => [name, 'video'])),
  };
  const hello = JSON.stringify({ type: 'mse', value: 'avc1.640029,avc1.64002A,avc1.640033' });
  const origin = `http://127.0.0.1:${port}`;
  return await openProgram('go2rtc', ['-config', JSON.stringify(config)], {
    mse: { url: `${origin}/api/ws?src=1`, hello },
    whep: `${origin}/api/webrtc?src=1`,
    rtspPort,
    record: undefined,
  });
}

/** MediaMTX, where it is on the PATH. @param folder of its settings */
export async function openMediamtx(urls: readonly string[], folder: string): Promise<PeerServer | undefined> {
  const file = join(folder, 'mediamtx.yml');
  const [webrtcPort, udpPort, rtspPort] = [await freePort(), await freePort(), await freePort()];
  const apiAddress = `127.0.0.1:${await freePort()}`;
  const settings = {
    ...{ rtmp: false, hls: false, srt: false, moq: false, rtspTransports: ['tcp'] },
    ...{ api: true, apiAddress, rtspAddress: `127.0.0.1:${rtspPort}` },
    webrtcAddress: `127.0.0.1:${webrtcPort}`,
    webrtcLocalUDPAddress: `:${udpPort}`,
    paths: Object.fromEntries(urls.map((source, index) => [index + 1, { source, rtspTransport: 'tcp' }])),
  };
  writeFileSync(file, JSON.stringify(settings));
  const whep = `http://127.0.0.1:${webrtcPort}/1/whep`;
  const recordPath = join(folder, '%path/%Y-%m-%d_%H-%M-%S-%f');
  const record = () =>
    send('PATCH', `http://${apiAddress}/v3/config/pathdefaults/patch`, { record: true, recordPath });
  return await openProgram('mediamtx', [file], { mse: undefined, whep, rtspPort, record });
}

/** @throws Error with the answer of a refusal */
async function send(method: string, url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

async function openProgram(
  name: string,
  args: readonly string[],
  served: Pick<PeerServer, 'mse' | 'whep' | 'rtspPort' | 'record'>,
): Promise<PeerServer | undefined> {
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0) return undefined;
  const program = spawn(name, args, { stdio: 'ignore' });
  const ended = once(program, 'exit');
  return {
    ...served,
    pids: () => [program.pid as number],
    close: async () => {
      program.kill('SIGKILL');
      await ended;
    },
  };
}
