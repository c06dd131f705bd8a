/** Watches on a real database, with cameras and Moondream that a test plays. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Zone } from '#shared/contract/zone.ts';
import { AppError } from '#shared/errors.ts';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import type { KnownCamera } from '../../../gateway/cameras/camera-directory.ts';
import type { MomentaryEvent } from '../../../gateway/events/event.ts';
import type { CameraAnswer, CameraQuery, Said } from '../../../gateway/reasoning/reasoner.ts';
import { readYesNo } from '../../../gateway/reasoning/yes-no.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { createWatches, type Watches, type WatchesOptions } from '../../../gateway/watches/watches.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { getJson, type JsonAnswer, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { serve, silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A secret that Moondream's errors may hold. */
export const KEY = 'S3cr3tC4nary';

/** One gateway's watches. */
export class WatchHarness {
  /** What the clock shows; it stands until a test moves it. */
  readonly clock: { now: number };
  readonly asked: CameraQuery[] = [];
  /** Presets that were gone to. */
  readonly moves: string[] = [];
  /** What going to a preset does. */
  go: (cameraId: string, preset: string) => Promise<unknown> = async (cameraId, preset) =>
    this.moves.push(`${cameraId} ${preset}`);
  /** Notices of events: notification, event, answer, and whether it is urgent. */
  readonly told: [string, string, unknown, boolean][] = [];
  readonly events: MomentaryEvent[] = [];
  /** What the provider answers, or throws. */
  answer: (query: CameraQuery) => Promise<Said> | Said = () => says('No.');
  /** What recording an event does. */
  record: (event: MomentaryEvent) => string = (event) => `event-${this.events.push(event)}`;
  /** Zones of camera `1`. */
  zones: Zone[] = [];
  readonly #listeners = new Set<(cameraId: string, zones: readonly string[]) => void>();
  #watches: Watches | undefined;
  #server: Server | undefined;
  #sequence = 0;

  constructor(clock = { now: Date.UTC(2026, 4, 1, 12, 10) }) {
    this.clock = clock;
  }

  /** Opens one; cameras `1` and `2` are known. */
  static async open(
    store: Store,
    options: Partial<WatchesOptions> & { clock?: { now: number } } = {},
  ): Promise<WatchHarness> {
    const harness = new WatchHarness(options.clock);
    const redactor = new Redactor();
    redactor.add(KEY);
    const log = silentLog;
    harness.#watches = createWatches({
      store,
      reasoner: { answer: (query) => harness.#ask(query) },
      directory: {
        find: (id) => (id === '1' ? ({ zones: harness.zones } as unknown as KnownCamera) : undefined),
      },
      targets: { goToPreset: (cameraId, preset) => harness.go(cameraId, preset) },
      notices: {
        expect: (id, isWebhook) => expectTold(id, isWebhook),
        tell: async (id, { id: event, data }, isUrgent) => {
          expectTold(id, isUrgent);
          harness.told.push([id, event, (data.answers as { text: string }[]).at(-1)?.text, isUrgent]);
        },
      },
      events: { record: async (event) => harness.record(event) },
      motion: { onMotion: (listener) => harness.#listen(listener) },
      budget: { total: 600, perCamera: 120 },
      timeoutMs: 30_000,
      pollMs: 15,
      routing: routingTo(new FakePool([]), { ids: ['1', '2'] }),
      redactor,
      log,
      now: () => harness.clock.now,
      ...options,
    });
    const app = express();
    app.use(mounted(harness.#watches.routes));
    app.use(problemHandler({ log, redactor }));
    harness.#server = await serve(app);
    harness.#watches.start();
    return harness;
  }

  /** How many watches `/health` says to fail. */
  get failing(): number | undefined {
    return this.#watches?.report().failing;
  }

  get api(): string {
    return `http://127.0.0.1:${((this.#server as Server).address() as AddressInfo).port}/api/watches`;
  }

  /** Makes a watch. */
  create(body: object): Promise<JsonAnswer> {
    return postJson(this.api, {
      cameraId: '1',
      skill: 'query',
      prompt: 'Is the gate open?',
      everyMs: 1000,
      ...body,
    });
  }

  /** Asks the question of a watch once. */
  try(body: object): Promise<JsonAnswer> {
    const watch = { cameraId: '1', skill: 'query', prompt: 'Is the gate open?', everyMs: 1000 };
    return postJson(`${this.api}/test`, { ...watch, ...body });
  }

  /** A watch as clients see it. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  async view(id: string): Promise<any> {
    return (await getJson(`${this.api}/${id}`)).body;
  }

  change(id: string, body: object): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' };
    return fetch(`${this.api}/${id}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  }

  remove(id: string): Promise<Response> {
    return fetch(`${this.api}/${id}`, { method: 'DELETE' });
  }

  /** Waits until so many questions were asked and settled. */
  async untilAsked(id: string, times: number): Promise<void> {
    const message = `question ${times}`;
    await waitFor(
      async () => {
        const { asked, state } = await this.view(id);
        return asked === times && state !== 'asking';
      },
      { message },
    );
  }

  /** Moves the clock on, a question at a time. */
  async askAgain(id: string, times = 1): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      const { asked, everyMs } = await this.view(id);
      this.clock.now += everyMs;
      await this.untilAsked(id, asked + 1);
    }
  }

  move(cameraId: string, zones: readonly string[] = []): void {
    for (const listener of this.#listeners) listener(cameraId, zones);
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    await this.#watches?.close();
  }

  #listen(listener: (cameraId: string, zones: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #ask(query: CameraQuery): Promise<CameraAnswer> {
    this.asked.push(query);
    const said = await this.answer(query);
    await query.spend?.();
    this.#sequence += 1;
    const timestamp = this.clock.now / 1000;
    const facts = { sequence: this.#sequence, timestamp, ageMs: 40, width: 640, height: 360 };
    const frame = { jpeg: Buffer.from(`picture ${this.#sequence}`), ...facts };
    return {
      ...said,
      ...{ id: 'a', query, pictures: [{ id: 'p', frame }], provider: 'moondream', model: null },
      ...{ latencyMs: 1, isCached: false, askedAt: this.clock.now },
    };
  }
}

/** An answer in words, read as the reasoner reads it. */
export function says(answer: string): Said {
  const said = readYesNo(answer);
  return { answer, value: said === 'unknown' ? null : said === 'yes' };
}

/** An answer with a number of objects. */
export function finds(count: number): Said {
  const objects = Array.from({ length: count }, () => ({ x_min: 0, y_min: 0, x_max: 1, y_max: 1 }));
  return { answer: '', value: count, objects, count };
}

/** There are the notifications `phone` and `hook`, a webhook. */
function expectTold(id: string, isWebhook: boolean): void {
  if (!['phone', 'hook'].includes(id)) throw new AppError('notification-not-found', 'None');
  if (isWebhook && id !== 'hook') throw new AppError('invalid-field', 'actions: none', { field: 'actions' });
}
