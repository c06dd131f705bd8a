/** How soon the pages of events and of recordings are seen with 10,000 events and a week of 8 cameras. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { dayFolder, segmentName, segmentPath } from '#shared/segment-name.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { hasChromium, openBrowser } from '../support/browser.ts';
import { getJson, postJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';

const CAMERAS = 8;
const DAYS = 7;
const EVENTS = 10_000;
const DAY_MS = 86_400_000;
const SEGMENT_MS = 60_000;
const KINDS = ['motion', 'motion', 'motion', 'person', 'person', 'face', 'watch'];
const ROWS = 500;
/** Until the first content is seen, milliseconds. */
const MOST_MS = 300;

const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`;

/** A page, and what is there when its content is. */
const PAGES = [
  { name: 'events', path: 'events', seen: `document.querySelector('.event-card') !== null` },
  {
    name: 'timeline of a day',
    path: 'timeline/1',
    seen: `(document.querySelector('timeline-strip')?.model?.spans.length ?? 0) > 0`,
  },
  {
    name: 'events on the timeline',
    path: 'timeline/1',
    seen: `(document.querySelector('timeline-strip')?.model?.events.length ?? 0) > 0`,
  },
] as const;

/** @param visits of each page */
export async function benchTimeline(visits: number): Promise<void> {
  if (!hasChromium()) {
    print('timeline: not measured, Chromium is absent');
    return;
  }
  const [dataDir, recordings] = [temporaryFolder(), temporaryFolder()];
  await seed(dataDir, recordings);
  const [gateway, browser] = await Promise.all([
    startGateway({
      DATA_DIR: dataDir,
      RECORDINGS_DIR: recordings,
      EVENTS_RETENTION_DAYS: '30',
      LOG_LEVEL: 'warn',
    }),
    openBrowser(),
  ]);
  try {
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 60_000,
    });
    for (let camera = 1; camera <= CAMERAS; camera += 1) await addCamera(gateway.origin, String(camera));
    await reportAnswers(gateway.origin, visits);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    // The gateway builds the page at the first request, and the browser keeps it.
    for (const { path, seen } of PAGES) await load(context, `${gateway.origin}/#/${path}`, seen);
    for (const page of PAGES) await measure(context, gateway.origin, page, visits);
  } finally {
    await browser.close();
    await gateway.end();
  }
}

async function measure(
  context: BrowserContext,
  origin: string,
  { name, path, seen }: (typeof PAGES)[number],
  visits: number,
): Promise<void> {
  const [paints, loads, turns]: [number[], number[], number[]] = [[], [], []];
  for (let visit = 0; visit < visits; visit += 1) {
    const loaded = await load(context, `${origin}/#/${path}`, seen);
    paints.push(loaded.paint);
    loads.push(loaded.content);
    turns.push(await turnTo(context, origin, path, seen));
  }
  const [paint, loaded, turned] = [paints, loads, turns].map((times) => percentile(times, 0.5)) as [
    number,
    number,
    number,
  ];
  print(
    `${name.padEnd(24)} seen ${turned.toFixed(0)} ms after a click; opened anew: first paint ${paint.toFixed(0)} ms, seen ${loaded.toFixed(0)} ms`,
  );
  target(`${name}: seen ${turned.toFixed(0)} ms after a click (${MOST_MS})`, turned <= MOST_MS);
  target(`${name}: first paint ${paint.toFixed(0)} ms after it is opened (${MOST_MS})`, paint <= MOST_MS);
}

/** From the navigation on, with the files of the page in the cache. */
async function load(
  context: BrowserContext,
  url: string,
  seen: string,
): Promise<{ paint: number; content: number }> {
  const page = await context.newPage();
  await page.goto(url);
  const content = await untilPainted(page, seen);
  const paint = (await page.evaluate(FIRST_PAINT)) as number;
  await page.close();
  return { paint, content };
}

/** From the click on, with the list of cameras before it. */
async function turnTo(context: BrowserContext, origin: string, path: string, seen: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(`${origin}/#/cameras`);
  await untilPainted(page, `document.querySelectorAll('.tile:not(.skeleton)').length === ${CAMERAS}`);
  const startedAt = (await page.evaluate(`(location.hash = '#/${path}', performance.now())`)) as number;
  const at = await untilPainted(page, seen);
  await page.close();
  return at - startedAt;
}

/** When the picture that shows it was given to the screen, milliseconds since the navigation. */
function untilPainted(page: Page, seen: string): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => requestAnimationFrame(() => {
      if (${seen}) setTimeout(() => resolve(performance.now()));
      else look();
    });
    look();
  })`) as Promise<number>;
}

async function reportAnswers(origin: string, visits: number): Promise<void> {
  const now = Date.now();
  const day = `from=${(now - DAY_MS) / 1000}&to=${now / 1000}`;
  const since = `since=${(now - DAY_MS) / 1000}`;
  for (const [name, path] of [
    ['events, first page', '/api/events?limit=60'],
    ['events of a camera', '/api/events?limit=60&cameraId=3'],
    ['events, searched', '/api/events?limit=60&search=nowhere'],
    ['a day of events', `/api/events?limit=1000&cameraId=1&${since}`],
    ['a day of recording', `/api/recordings/1?${day}`],
    ['a week of recording', '/api/recordings/1'],
    ['all recordings', '/api/recordings'],
  ] as const) {
    const times: number[] = [];
    let bytes = 0;
    for (let visit = 0; visit < visits; visit += 1) {
      const startedAt = performance.now();
      bytes = (await (await fetch(`${origin}${path}`)).arrayBuffer()).byteLength;
      times.push(performance.now() - startedAt);
    }
    print(`${name.padEnd(24)} ${percentile(times, 0.5).toFixed(1)} ms, ${(bytes / 1000).toFixed(0)} kB`);
  }
}

async function addCamera(origin: string, id: string): Promise<void> {
  const body = {
    id,
    name: `Camera ${id}`,
    url: 'rtsp://192.0.2.1/',
    enabled: false,
    keep: { hours: 24 * DAYS },
  };
  const { status } = await postJson(`${origin}/api/cameras`, { ...body, record: 'always' });
  if (status !== 201) throw new Error(`camera ${id} could not be added`);
}

async function seed(dataDir: string, recordings: string): Promise<void> {
  const log = createLogger({ name: 'bench', level: 'silent', redactor: new Redactor() });
  const store = openStore({ dataDir, databaseUrl: undefined, log });
  try {
    await store.whenReady();
    const endAt = Math.floor(Date.now() / SEGMENT_MS) * SEGMENT_MS;
    await seedEvents(store, endAt);
    for (let camera = 1; camera <= CAMERAS; camera += 1)
      await seedSegments(store, recordings, String(camera), endAt);
  } finally {
    await store.close();
  }
}

async function seedEvents(store: Store, endAt: number): Promise<void> {
  const jpeg = picture();
  const all = Array.from({ length: EVENTS }, (_, index) => {
    const startedAt = endAt - Math.floor(((EVENTS - index) * DAYS * DAY_MS) / (EVENTS + 1));
    const kind = KINDS[index % KINDS.length] as string;
    const change = startedAt * 1000 + (index % 1000);
    return {
      ...{ id: `event-${index}`, sequence: change, change, camera_id: String((index % CAMERAS) + 1) },
      ...{ kind, label: kind, score: 0.8, started_at: startedAt, updated_at: startedAt + 9000 },
      ...{ ended_at: startedAt + 9000, data: JSON.stringify({ box: [0.1, 0.2, 0.3, 0.4] }), zones: '[]' },
      ...{ pictures: null, has_snapshot: 1, clip_from: startedAt - 10_000, clip_to: startedAt + 29_000 },
    };
  });
  for (let at = 0; at < EVENTS; at += ROWS) {
    const rows = all.slice(at, at + ROWS);
    await store.transaction(async (trx) => {
      await trx.insertInto('events').values(rows).execute();
      const pictures = rows.map(({ id }) => ({ event_id: id, jpeg, first_jpeg: null }));
      await trx.insertInto('event_snapshots').values(pictures).execute();
    });
  }
}

/** The files are empty: what is not indexed is looked into, what is indexed must be there. */
async function seedSegments(store: Store, folder: string, cameraId: string, endAt: number): Promise<void> {
  const rows = Array.from({ length: (DAYS * DAY_MS) / SEGMENT_MS }, (_, index) => {
    const startedAt = endAt - DAYS * DAY_MS + index * SEGMENT_MS;
    const begins = index % 500 === 0 ? 'reconnected' : 'continues';
    return {
      ...{ camera_id: cameraId, file: segmentName(startedAt, begins), begins, codecs: 'avc1.64001f' },
      ...{ started_at: startedAt, ended_at: startedAt + SEGMENT_MS, bytes: 1000 },
      ...{ parts: '[[1000,60000]]', keep_until: endAt + 365 * DAY_MS },
    };
  });
  for (const { file } of rows) {
    mkdirSync(dayFolder(folder, cameraId, file), { recursive: true });
    closeSync(openSync(segmentPath(folder, cameraId, file), 'w'));
  }
  for (let at = 0; at < rows.length; at += ROWS)
    await store.transaction(async (trx) => {
      await trx
        .insertInto('recording_segments')
        .values(rows.slice(at, at + ROWS))
        .execute();
    });
}

function picture(): Buffer {
  const input = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180'];
  const { stdout, stderr } = spawnSync('ffmpeg', [
    ...input,
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
    '-q:v',
    '8',
    '-',
  ]);
  if (stdout.length === 0) throw new Error(`ffmpeg could not make a picture: ${stderr}`);
  return stdout;
}
