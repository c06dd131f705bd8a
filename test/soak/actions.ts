/** What happens in a soak, each by itself; faults come with their end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultInput } from '../../workers/simulator/faults/faults.ts';
import { getJson, postJson } from '../support/http.ts';
import { isRunning } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import type { Random } from './random.ts';
import { PATHS, type Stage } from './stage.ts';

/** Something that can happen; it never throws because of the fault it is. */
export interface Action {
  name: string;
  /** How often, compared with the others. */
  weight: number;
  run(stage: Stage, random: Random): Promise<void>;
}

const MAX_CLIENTS = 30;
const MAX_REGISTERED = 40;
const CAMERA_FAULTS: readonly FaultInput[] = [
  { fault: 'stall' },
  { fault: 'drop' },
  { fault: 'refuse' },
  { fault: 'silent' },
  { fault: 'garbage' },
  { fault: 'endless-header' },
  { fault: 'not-found' },
  { fault: 'no-video' },
  { fault: 'corrupt', share: 0.3 },
  { fault: 'redirect', location: 'rtsp://192.0.2.1/1' },
];
let count = 0;

/** A path of the camera server, which is also the id of its camera. */
const anyPath = (random: Random): string => random.pick(PATHS) as string;

export const ACTIONS: readonly Action[] = [
  { name: 'camera connected', weight: 6, run: connectCamera },
  { name: 'camera disconnected', weight: 2, run: disconnectCamera },
  { name: 'camera registered', weight: 8, run: registerCamera },
  { name: 'camera unregistered', weight: 6, run: unregisterCamera },
  { name: 'camera stream stored', weight: 6, run: storeStream },
  { name: 'client came', weight: 10, run: addClient },
  { name: 'client left', weight: 6, run: dropClient },
  { name: 'MJPEG viewer came', weight: 4, run: addViewer },
  { name: 'MJPEG viewer left', weight: 3, run: dropViewer },
  { name: 'snapshot', weight: 10, run: takeSnapshot },
  { name: 'Moondream asked', weight: 10, run: askMoondream },
  { name: 'F29-F31: camera fault', weight: 8, run: breakCamera },
  { name: 'F47: bad messages', weight: 2, run: sendNonsense },
  { name: 'F1: worker killed', weight: 2, run: killWorker },
  { name: 'F3: worker stopped', weight: 1, run: freezeWorker },
  { name: 'F54: backend failed', weight: 2, run: failBackend },
  { name: 'F18, F19: gateway killed', weight: 0.5, run: (stage) => stage.restartGateway('SIGKILL') },
  { name: 'F20: gateway restarted', weight: 0.5, run: (stage) => stage.restartGateway('SIGTERM') },
];

/** One of them by weight. */
export function chooseAction(random: Random): Action {
  let left = random.next() * ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
  for (const action of ACTIONS) {
    left -= action.weight;
    if (left < 0) return action;
  }
  return ACTIONS[0] as Action;
}

/** Connects every camera and watches each in two sizes until frames have come. */
export async function watchAll(stage: Stage): Promise<void> {
  await Promise.all(
    PATHS.map(async (path) => {
      const cameraId = path.slice(1);
      await postJson(`${stage.api}/cameras/connect`, { cameraId, url: stage.cameras.url(path) });
      for (const width of [160, 320]) {
        const client = await WsClient.open(stage.gateway.origin);
        stage.clients.add(client);
        client.send({ action: 'subscribe', cameraId, fps: 15, width });
        const message = `frames of camera ${cameraId}`;
        await waitFor(() => client.frames().length > 10, { timeoutMs: 60_000, message });
      }
    }),
  );
}

async function connectCamera(stage: Stage, random: Random): Promise<void> {
  const path = anyPath(random);
  await postJson(`${stage.api}/cameras/connect`, { cameraId: path.slice(1), url: stage.cameras.url(path) });
}

async function disconnectCamera(stage: Stage, random: Random): Promise<void> {
  await postJson(`${stage.api}/cameras/disconnect`, { cameraId: anyPath(random).slice(1) });
}

async function registerCamera(stage: Stage, random: Random): Promise<void> {
  if (stage.registered.present.length >= MAX_REGISTERED) return unregisterCamera(stage, random);
  count += 1;
  const id = `soak-${count}`;
  const camera = { id, url: stage.cameras.url(anyPath(random)), enabled: random.next() < 0.2 };
  const status = await statusOf(postJson(`${stage.api}/cameras`, camera));
  stage.registered.created(id, status);
}

async function unregisterCamera(stage: Stage, random: Random): Promise<void> {
  const id = random.pick(stage.registered.present);
  if (id === undefined) return;
  stage.registered.removed(id, await statusOf(fetch(`${stage.api}/cameras/${id}`, { method: 'DELETE' })));
}

async function storeStream(stage: Stage): Promise<void> {
  count += 1;
  const cameraId = `stream-${count}`;
  const stream = { cameraId, streamType: 'rtsp', rtspUrl: 'rtsp://192.0.2.1/1' };
  stage.told.created(cameraId, await statusOf(postJson(`${stage.api}/camera-streams`, stream)));
}

async function addClient(stage: Stage, random: Random): Promise<void> {
  if (stage.clients.size >= MAX_CLIENTS) return dropClient(stage, random);
  const client = await WsClient.open(stage.gateway.origin);
  stage.clients.add(client);
  client.socket.on('message', () => {
    // What a soak has seen must not fill the memory of the machine it runs on.
    client.messages.length = 0;
  });
  const width = random.pick([160, 320]);
  client.send({ action: 'subscribe', cameraId: anyPath(random).slice(1), fps: random.integer(1, 15), width });
}

async function dropClient(stage: Stage, random: Random): Promise<void> {
  const client = random.pick([...stage.clients]);
  if (client === undefined) return;
  client.close();
  stage.clients.delete(client);
}

async function addViewer(stage: Stage, random: Random): Promise<void> {
  const aborter = new AbortController();
  const url = `${stage.api}/cameras/${anyPath(random).slice(1)}/stream.mjpeg?width=160`;
  const response = await fetch(url, { signal: aborter.signal });
  stage.streams.add(aborter);
  const drain = async (): Promise<void> => {
    for await (const _chunk of response.body ?? []);
  };
  void drain().catch(() => {});
}

async function dropViewer(stage: Stage, random: Random): Promise<void> {
  const viewer = random.pick([...stage.streams]);
  viewer?.abort();
  if (viewer !== undefined) stage.streams.delete(viewer);
}

async function takeSnapshot(stage: Stage, random: Random): Promise<void> {
  const response = await fetch(`${stage.api}/cameras/${anyPath(random).slice(1)}/frame?maxAgeMs=any`);
  await response.arrayBuffer();
}

async function askMoondream(stage: Stage): Promise<void> {
  const question = { image_url: 'data:image/png;base64,iVBORw0KGgo=', question: `${count}` };
  const { status } = await postJson(`${stage.api}/moondream/query`, question);
  if (status !== 200) throw new Error(`Moondream is answered with ${status}`);
}

async function breakCamera(stage: Stage, random: Random): Promise<void> {
  const path = anyPath(random);
  stage.cameras.setFault(path, random.pick(CAMERA_FAULTS) as FaultInput);
  await delay(random.integer(500, 15_000));
  stage.cameras.clearFaults(path);
}

async function sendNonsense(stage: Stage, random: Random): Promise<void> {
  const client = await WsClient.open(stage.gateway.origin);
  const nonsense = ['{', '[]', '{"action":"subscribe"}', '{"action":"__proto__"}', 'x'.repeat(1000)];
  for (let index = 0; index < 12; index += 1) client.send(random.pick(nonsense) as string);
  await getJson(`${stage.gateway.origin}/livez`);
  client.close();
}

async function killWorker(stage: Stage, random: Random): Promise<void> {
  const pid = random.pick(await stage.workerPids());
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

async function freezeWorker(stage: Stage, random: Random): Promise<void> {
  const pid = random.pick(await stage.workerPids());
  if (pid === undefined) return;
  process.kill(pid, 'SIGSTOP');
  await delay(random.integer(1000, 20_000));
  // The supervisor may have replaced it meanwhile.
  if (isRunning(pid)) process.kill(pid, 'SIGCONT');
}

async function failBackend(stage: Stage, random: Random): Promise<void> {
  stage.backend.status = random.pick([500, 404, 301, 429]) as number;
  await delay(random.integer(1000, 10_000));
  stage.backend.status = 200;
}

/** @returns undefined when there was no answer */
function statusOf(request: Promise<{ status: number }>): Promise<number | undefined> {
  return request.then(
    ({ status }) => status,
    () => undefined,
  );
}
