/** Cameras and clients come and go and faults happen at random for a while. Runs when it is imported. */
import { setTimeout as delay } from 'node:timers/promises';
import { getJson } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { ACTIONS, type Action, chooseAction, watchAll } from './actions.ts';
import { soakOptions } from './options.ts';
import { Random } from './random.ts';
import { type Resources, resourcesOf } from './resources.ts';
import { Stage } from './stage.ts';

const values = soakOptions();
const MINUTE_MS = 60_000;
/** Things that take their time and may go on while others happen. */
const MAX_UNDER_WAY = 12;
/** How much more there may be at the end than after the first round. */
const ALLOWED = { rssShare: 1.3, rssMib: 64, descriptors: 15, threads: 6 };
const SETTLE_MS = 90_000;
const WORK_ROUNDS = 3;

const random = new Random(Number(values.seed));
const tally = new Map(ACTIONS.map(({ name }) => [name, { done: 0, failed: 0 }]));
const underWay = new Set<Promise<void>>();
const problems: string[] = [];
/** Two of them would each start a gateway. */
let restart: Promise<void> = Promise.resolve();

print(`soak of ${values.minutes} minutes with --seed ${values.seed}`);
const stage = await Stage.open();
try {
  // Once each, so that what is loaded and compiled only once is there before anything is measured.
  for (const action of ACTIONS) await play(action);
  await settle();
  const before = await resourcesAfterWork();
  const endAt = performance.now() + Number(values.minutes) * MINUTE_MS;
  const reporting = setInterval(() => {
    const done = [...tally.values()].reduce((sum, row) => sum + row.done, 0);
    print(`${Math.ceil((endAt - performance.now()) / MINUTE_MS)} minutes to go, ${done} things happened`);
  }, MINUTE_MS);
  reporting.unref();
  while (performance.now() < endAt) {
    const playing = play(chooseAction(random)).finally(() => underWay.delete(playing));
    underWay.add(playing);
    if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    await delay(random.integer(20, 500));
  }
  clearInterval(reporting);
  await Promise.all(underWay);
  await settle();
  const after = await resourcesAfterWork();
  compare('gateway', before.gateway, after.gateway);
  compare('workers', before.workers, after.workers);
  await checkWrites();
} finally {
  await stage.close();
}
report();

async function play(action: Action): Promise<void> {
  const row = tally.get(action.name) as { done: number; failed: number };
  const isRestart = action.name.includes('gateway');
  const run = async (): Promise<void> => {
    await restart;
    await action.run(stage, random);
  };
  row.done += 1;
  const running = run().catch((error: unknown) => {
    row.failed += 1;
    if (isRestart) problems.push(`${action.name}: ${String(error)}`);
  });
  if (isRestart) restart = running;
  await running;
}

/** What is held after the same work each time: a process that has just been started has hardly any thread yet. */
async function resourcesAfterWork(): Promise<{ gateway: Resources; workers: Resources }> {
  for (let round = 0; round < WORK_ROUNDS; round += 1) {
    await watchAll(stage);
    await settle();
  }
  return restedResources();
}

/** Ends every fault and every client and waits until all is as it was in the beginning. */
async function settle(): Promise<void> {
  stage.cameras.clearFaults();
  stage.backend.status = 200;
  stage.closeClients();
  for (const { id } of await listed('/cameras')) {
    const status = (await fetch(`${stage.api}/cameras/${id}`, { method: 'DELETE' })).status;
    if (stage.registered.present.includes(id)) stage.registered.removed(id, status);
  }
  await stage.untilReady();
  const isQuiet = async (): Promise<boolean> =>
    /^gateway_client_sockets 0$/m.test(await (await fetch(`${stage.gateway.origin}/metrics`)).text());
  await waitFor(isQuiet, { timeoutMs: SETTLE_MS, message: 'the last socket to go' });
}

/** Memory is given back in its own time: the least of several looks counts. */
async function restedResources(): Promise<{ gateway: Resources; workers: Resources }> {
  let best = resourcesOf(stage.gateway.pid);
  for (let look = 0; look < 10; look += 1) {
    await delay(1000);
    const now = resourcesOf(stage.gateway.pid);
    if (now.gateway.rssMib + now.workers.rssMib < best.gateway.rssMib + best.workers.rssMib) best = now;
  }
  return best;
}

function compare(who: string, before: Resources, after: Resources): void {
  const limits: [keyof Resources, number][] = [
    ['processes', before.processes],
    ['rssMib', Math.max(before.rssMib * ALLOWED.rssShare, before.rssMib + ALLOWED.rssMib)],
    ['descriptors', before.descriptors + ALLOWED.descriptors],
    ['threads', before.threads + ALLOWED.threads],
  ];
  for (const [key, limit] of limits) {
    print(
      `${who.padEnd(8)} ${key.padEnd(12)} ${String(before[key]).padStart(6)} → ${String(after[key]).padStart(6)}`,
    );
    if (after[key] > limit) problems.push(`${who}: ${key} grew from ${before[key]} to ${after[key]}`);
  }
}

async function checkWrites(): Promise<void> {
  const cameras = new Set((await listed('/cameras')).map(({ id }) => id));
  const streams = new Set((await listed('/camera-streams')).map(({ cameraId }) => cameraId));
  const kept = await Promise.all(
    ['pending', 'parked'].map((status) => listed(`/deliveries?limit=1000&status=${status}`)),
  );
  const waiting = new Set(kept.flat().map(({ cameraId }) => cameraId));
  const lost = [
    ...stage.registered.lost(cameras),
    ...stage.told.lost(streams),
    ...stage.told.present.filter((id) => !stage.backend.cameraIds.has(id) && !waiting.has(id)),
  ];
  const undead = stage.registered.undead(cameras);
  print(
    `acknowledged writes ${stage.registered.acknowledged + stage.told.acknowledged}, lost ${lost.length}`,
  );
  if (lost.length > 0) problems.push(`lost: ${lost.join(', ')}`);
  if (undead.length > 0) problems.push(`there again after their removal: ${undead.join(', ')}`);
}

// biome-ignore lint/suspicious/noExplicitAny: rows of several routes
async function listed(path: string): Promise<any[]> {
  const { body } = await getJson(`${stage.api}${path}`);
  return Array.isArray(body) ? body : (body.deliveries ?? body.items ?? []);
}

function report(): void {
  print('');
  for (const [name, { done, failed }] of tally)
    print(
      `${name.padEnd(28)} ${String(done).padStart(6)} times${failed === 0 ? '' : `, ${failed} without success`}`,
    );
  print(problems.length === 0 ? '\nall as it was, nothing lost' : `\nPROBLEMS\n${problems.join('\n')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
