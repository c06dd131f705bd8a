/** What happens to a cluster, what is measured of it, and the bounds. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { addressOf, GATEWAYS, type Gateway, type Host, WORKERS } from './network.ts';
import { databaseUrl } from './postgres.ts';
import { originOf, type Stage } from './stage.ts';
import { Writer } from './writer.ts';

/** What was seen; times in milliseconds. */
export interface Seen {
  gapMs: number;
  /** Whose gap that was. */
  camera: string;
  twiceMs: number;
  noneMs: number;
  acknowledged: number;
  refused: number;
  lastRefusal: string;
  lost: string[];
}

/** One case. */
export interface ClusterCase {
  name: string;
  /** Longest time without video, milliseconds. */
  maxGapMs: number;
  run(stage: Stage): Promise<Seen>;
}

/** Frames flow again after a death by then. */
const FLOW_MS = 10_000;
/** Frames that never stop: pictures come every 200 ms, and two shared cores may be slow. */
const NEVER_MS = 2000;
/** What a case lasts, milliseconds. */
const DEAD_MS = 15_000;
const FROZEN_MS = 60_000;
const CUT_MS = 30_000;
/** At the end, after all is at rest. */
const REST_MS = 5000;

const FAULTS = { kill, stop, cut: cutOff };
type Fault = keyof typeof FAULTS;

/** Bounds of time read twice, or not at all. */
export const MAX_TWICE_MS = 2000;
export const MAX_NONE_MS = 10_000;

export const CLUSTER_CASES: readonly ClusterCase[] = [
  { name: 'nothing', maxGapMs: NEVER_MS, run: (stage) => watched(stage, GATEWAYS, () => delay(DEAD_MS)) },
  ...(['kill', 'stop', 'cut'] as const).flatMap((fault): ClusterCase[] => [
    {
      name: `worker: ${fault}`,
      maxGapMs: FLOW_MS,
      run: (stage) => watched(stage, ['gateway-b'], () => FAULTS[fault](stage, ['worker-1'])),
    },
    { name: `gateway: ${fault}`, maxGapMs: FLOW_MS, run: (stage) => onGateway(stage, fault, false) },
    { name: `leader: ${fault}`, maxGapMs: FLOW_MS, run: (stage) => onGateway(stage, fault, true) },
    {
      name: `database: ${fault}`,
      maxGapMs: NEVER_MS,
      run: (stage) => watched(stage, ['gateway-b'], () => FAULTS[fault](stage, ['database'])),
    },
    {
      name: `pooler: ${fault}`,
      maxGapMs: NEVER_MS,
      run: (stage) => watched(stage, ['gateway-b'], () => FAULTS[fault](stage, ['pooler'])),
    },
  ]),
  {
    name: 'worker: cut off from cameras too',
    maxGapMs: FLOW_MS,
    run: (stage) => watched(stage, ['gateway-b'], () => cutOff(stage, ['worker-1'], true)),
  },
  {
    name: 'two workers: kill',
    maxGapMs: FLOW_MS,
    run: (stage) => watched(stage, ['gateway-b'], () => kill(stage, ['worker-1', 'worker-2'])),
  },
  {
    name: 'database: restart',
    maxGapMs: NEVER_MS,
    run: (stage) => watched(stage, ['gateway-b'], () => restart(stage, ['database'])),
  },
  {
    name: 'rolling upgrade',
    maxGapMs: FLOW_MS,
    run: (stage) =>
      watched(stage, GATEWAYS, (audience) => restart(stage, [...GATEWAYS, ...WORKERS], audience)),
  },
];

type Audience = ReturnType<Stage['audience']>;

/** Watches every camera and writes at some gateways while something happens, until all is at rest again. */
async function watched(
  stage: Stage,
  gateways: readonly Gateway[],
  happen: (audience: Audience) => Promise<unknown>,
): Promise<Seen> {
  const audience = stage.audience(gateways);
  try {
    await stage.isAtRest(audience);
    const writer = new Writer(gateways.map(originOf), stage.cameras);
    const from = Date.now();
    audience.begin();
    try {
      await happen(audience);
      await stage.isAtRest(audience);
      await delay(REST_MS);
    } finally {
      await writer.stop();
    }
    const to = Date.now();
    const { ms: gapMs, camera } = audience.longestGap();
    const writes = await writer.check(GATEWAYS.map(originOf));
    return { gapMs, camera, ...stage.ingests.report(stage.paths, from, to), ...writes };
  } finally {
    audience.close();
  }
}

/** @param isLeader whether it befalls the gateway that keeps the workers, or the other one */
async function onGateway(stage: Stage, fault: Fault, isLeader: boolean): Promise<Seen> {
  const leader = await findLeader();
  const [other = leader] = GATEWAYS.filter((gateway) => gateway !== leader);
  const [victim, survivor] = isLeader ? [leader, other] : [other, leader];
  console.log(`  (${victim})`);
  return watched(stage, [survivor], () => FAULTS[fault](stage, [victim]));
}

/** There is none: in its place stands the gateway that gives most workers their orders. */
async function findLeader(): Promise<Gateway> {
  const client = new pg.Client({ connectionString: databaseUrl(addressOf('database')) });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select keeper from workers group by keeper order by count(*) desc limit 1',
    );
    return rows[0].keeper;
  } finally {
    await client.end();
  }
}

async function kill(stage: Stage, hosts: readonly Host[]): Promise<void> {
  await Promise.all(hosts.map((host) => stage.kill(host)));
  await delay(DEAD_MS);
  for (const host of hosts) stage.start(host);
}

async function stop(stage: Stage, hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) stage.signal(host, 'SIGSTOP');
  const absences = hosts.map((host) =>
    stage.ingests.except({ client: addressOf(host), from: Date.now(), to: Number.POSITIVE_INFINITY }),
  );
  await delay(FROZEN_MS);
  for (const absence of absences) absence.to = Date.now();
  for (const host of hosts) stage.signal(host, 'SIGCONT');
}

/** @param withCameras otherwise it reaches the cameras, and nothing else */
async function cutOff(stage: Stage, hosts: readonly Host[], withCameras = false): Promise<void> {
  const others: Host[] = ['database', 'pooler', ...GATEWAYS, ...WORKERS];
  for (const host of hosts) {
    stage.network.cut(host, withCameras ? [...others, 'cameras'] : others);
    if (withCameras) stage.ingests.except({ client: addressOf(host), from: Date.now(), to: undefined });
  }
  await delay(CUT_MS);
  stage.network.mend();
}

/** Ends one after the other in order and starts it again; the next follows when all is at rest. */
async function restart(stage: Stage, hosts: readonly Host[], audience?: Audience): Promise<void> {
  for (const host of hosts) {
    await stage.end(host);
    stage.start(host);
    if (audience !== undefined) await stage.isAtRest(audience);
  }
}
