/** A gateway with cameras, events and deliveries of every kind, for pictures of its pages. */
import { createServer, type Server } from 'node:http';
import { AV_LOG_ERROR } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { SCENES } from '../../workers/simulator/scenes/catalogue.ts';
import { SceneEncoder } from '../../workers/simulator/scenes/scene-encoder.ts';
import { FastApiReceiver, sendJson } from '../support/fastapi-receiver.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { listening, originOf } from '../support/serve.ts';

const PATIENCE = { timeoutMs: 60_000 };
const MOTION = { motion: true };
/** Cameras by what is the matter with them; the last two are not well. */
const CAMERAS = [
  { id: 'front', name: 'Front door', location: 'Street side', path: '/1', analysis: MOTION },
  { id: 'yard', name: 'Back yard', location: 'Garden', path: '/2', analysis: MOTION },
  { id: 'garage', name: 'Garage', location: 'Ground floor', path: '/3' },
  { id: 'side', name: 'Side entrance', location: 'East', path: '/4' },
  { id: 'gate', name: 'Gate', location: 'Driveway', path: '/1', password: 'wrong' },
  { id: 'barn', name: 'Barn', location: 'North field', path: '/1', port: 9 },
];
const PASSWORD = 'right';

/** What pictures are taken of. */
export interface Household {
  origin: string;
  /** Stores the cameras and waits until they are as they shall be seen; the demo ends with it. */
  furnish(): Promise<{ watchId: string }>;
  close(): Promise<void>;
}

/** Starts it with the demo still on. */
export async function openHousehold(): Promise<Household> {
  // x264 would print its statistics between the names of the pictures.
  Log.setLevel(AV_LOG_ERROR);
  const scenes = await SceneEncoder.open(SCENES);
  const credentials = { username: 'admin', password: PASSWORD };
  const cameras = createRtspServer({ streams: scenes.streams, credentials });
  const [, backend, moondream] = await Promise.all([
    cameras.listen(),
    FastApiReceiver.open(),
    openMoondream(),
  ]);
  // One stream is refused for good, one for now.
  backend.reply = (response, { body }) => {
    if (body.camera_id === 'garage') sendJson(response, 422, { detail: 'Unknown camera' });
    else if (body.camera_id === 'side') sendJson(response, 503, { detail: 'The model is being loaded' });
    else sendJson(response, 200, { status: 'accepted' });
  };
  const gateway = await startGateway({
    DEMO_CAMERAS: 'on',
    APP_PY_URL: backend.url,
    MOONDREAM_API_URL: portUrl(moondream),
    LOG_LEVEL: 'warn',
  });
  return {
    origin: gateway.origin,
    furnish: () => furnish(gateway, cameras),
    close: async () => {
      await gateway.end();
      await Promise.all([cameras.close(), backend.close()]);
      moondream.close();
      await scenes.close();
    },
  };
}

async function furnish({ origin }: RunningProcess, { port }: RtspServer): Promise<{ watchId: string }> {
  await waitFor(async () => (await getJson(`${origin}/readyz`)).status === 200, PATIENCE);
  for (const { path, ...camera } of CAMERAS) {
    const address = { ip: '127.0.0.1', port, password: PASSWORD, streamPath: path };
    const { status, body } = await postJson(`${origin}/api/cameras`, { ...address, ...camera });
    if (status !== 201) throw new Error(`${camera.id}: ${JSON.stringify(body)}`);
  }
  for (const { id, name, path } of CAMERAS.slice(0, 4)) {
    await postJson(`${origin}/api/camera-streams`, {
      cameraId: id,
      cameraDescription: name,
      streamType: 'rtsp',
      rtspUrl: `rtsp://admin:${PASSWORD}@127.0.0.1:${port}${path}`,
    });
  }
  const watchId = await watchAndPair(origin);
  const counts = async () => (await getJson(`${origin}/api/deliveries`)).body.deliveries;
  const isSettled = async () => (await counts()).every(({ attempts }: { attempts: number }) => attempts > 0);
  await waitFor(isSettled, { ...PATIENCE, message: 'the deliveries' });
  const events = async () => (await getJson(`${origin}/api/events`)).body.events;
  await waitFor(
    async () =>
      (await events()).filter(({ snapshotUrl }: { snapshotUrl: string | null }) => snapshotUrl).length >= 1,
    { ...PATIENCE, message: 'events' },
  ).catch(() => console.log('there are no events to be seen'));
  return { watchId };
}

/** Watches that fire, wait and fail, and a key: pages show more than that there is nothing. */
async function watchAndPair(origin: string): Promise<string> {
  const watch = { skill: 'query', condition: 'yes', everyMs: 5000, n: 1, of: 1, cooldownMs: 600_000 };
  const front = { ...watch, cameraId: 'front', prompt: 'Is a parcel at the door?' };
  const { id } = (await postJson(`${origin}/api/watches`, front)).body;
  await postJson(`${origin}/api/watches`, { ...watch, cameraId: 'gate', prompt: 'Is the gate open?' });
  await postJson(`${origin}/api/keys`, { name: 'Kitchen tablet', scope: 'view' });
  return id;
}

/** A local server of Moondream, which sees the same everywhere. */
async function openMoondream(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    sendJson(response, 200, {
      request_id: 'screenshot',
      answer: 'Yes. A person with a parcel walks towards the door, and a small dog follows.',
    });
  });
  await listening(server);
  return server;
}

function portUrl(server: Server): string {
  return originOf(server);
}
