/** Takes the events that cameras themselves find, of those whose switch is on, from the workers that run them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '#shared/backoff.ts';
import {
  type DeviceEvent,
  type DeviceEventKind,
  type DeviceMessage,
  deviceEventsPath,
  deviceMessageSchema,
} from '#shared/device-events.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { EventPicture, EventState } from '../events/event.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { callForLines, pass } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { EventTarget } from './open-events.ts';

export interface DeviceEventsOptions {
  directory: Pick<CameraDirectory, 'wanted' | 'onChange'>;
  routing: Pick<CameraRouting, 'findOwner'>;
  events: EventTarget;
  log: Logger;
  /** Pause after a first failure, milliseconds; it doubles up to five minutes. */
  retryMs?: number;
}

const RETRY_MS = 2000;
const MAX_RETRY_MS = 300_000;
/** A camera that refuses the password counts, and may lock us out; one without ONVIF will not get it soon. */
const LONG_PAUSE_MS = 600_000;
const HOPELESS: readonly string[] = ['control-unauthorized', 'control-unsupported', 'camera-address-denied'];
/** The worker's answer goes on; after this it is asked anew. */
const STREAM_MS = 24 * 3_600_000;
const PICTURE_WIDTH = 640;

/** Follows each camera from the switch on to the switch off, whichever worker runs it. */
export class DeviceEvents {
  readonly #options: DeviceEventsOptions;
  readonly #followed = new Map<string, { ending: AbortController; ended: Promise<void> }>();
  #unsubscribe: () => void = () => {};

  constructor(options: DeviceEventsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.directory.onChange(() => this.#update());
    this.#update();
  }

  /** Ends what goes on. Call before the store is closed. */
  async close(): Promise<void> {
    this.#unsubscribe();
    const all = [...this.#followed.values()];
    for (const { ending } of all) ending.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #update(): void {
    const cameras = this.#options.directory.wanted().filter(({ analysis }) => analysis.cameraEvents === true);
    const wanted = new Set(cameras.map(({ id }) => id));
    for (const [id, { ending }] of this.#followed) if (!wanted.has(id)) ending.abort();
    for (const id of wanted) {
      if (this.#followed.get(id)?.ending.signal.aborted === false) continue;
      const ending = new AbortController();
      const before = this.#followed.get(id)?.ended;
      const ended = this.#follow(id, ending.signal, before).finally(() => {
        if (this.#followed.get(id)?.ending === ending) this.#followed.delete(id);
      });
      this.#followed.set(id, { ending, ended });
    }
  }

  async #follow(cameraId: string, signal: AbortSignal, before: Promise<void> | undefined): Promise<void> {
    await before;
    const { routing, events, log, retryMs = RETRY_MS } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const worker = routing.findOwner(cameraId);
      const observed = new ObservedEvents(cameraId, events);
      let code = 'worker-not-ready';
      if (worker !== undefined) {
        const end = await this.#read(worker, cameraId, observed, signal);
        failures = end.isSubscribed ? 0 : failures;
        code = end.code;
        if (!signal.aborted) log.warn({ cameraId, reason: code }, 'events of a camera are not received');
      }
      await observed.endAll();
      const pauseMs = HOPELESS.includes(code)
        ? LONG_PAUSE_MS
        : backoffMs(failures, { firstMs: retryMs, maxMs: MAX_RETRY_MS, jitter: 0.2 });
      failures += 1;
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async #read(
    worker: WorkerAddress,
    cameraId: string,
    observed: ObservedEvents,
    signal: AbortSignal,
  ): Promise<{ isSubscribed: boolean; code: string }> {
    let isSubscribed = false;
    const call = { path: deviceEventsPath(cameraId), json: {}, schema: deviceMessageSchema };
    try {
      const lines = callForLines<DeviceMessage>(worker, { ...call, signal, timeoutMs: STREAM_MS });
      for await (const message of lines) {
        if (message.type === 'failed') return { isSubscribed, code: message.code };
        if (message.type === 'subscribed') isSubscribed = true;
        else await observed.take(message, worker);
      }
      return { isSubscribed, code: 'worker-failed' };
    } catch (error) {
      return { isSubscribed, code: error instanceof AppError ? error.code : 'internal-error' };
    }
  }
}

/** Events of one subscription: rules of one kind that see something together are one event. */
class ObservedEvents {
  readonly #cameraId: string;
  readonly #events: EventTarget;
  readonly #open = new Map<DeviceEventKind, { event: EventState; rules: Set<string> }>();

  constructor(cameraId: string, events: EventTarget) {
    this.#cameraId = cameraId;
    this.#events = events;
  }

  async take({ kind, state, rule }: DeviceEvent, worker: WorkerAddress): Promise<void> {
    const open = this.#open.get(kind);
    if (state === 'end') {
      open?.rules.delete(rule);
      if (open?.rules.size === 0) await this.#end(kind, open.event);
      return;
    }
    if (open !== undefined) {
      open.rules.add(rule);
      return;
    }
    const event = this.#eventOf(kind, rule, state === 'moment');
    if (state === 'start') this.#open.set(kind, { event, rules: new Set([rule]) });
    this.#events.count(kind);
    await this.#events.observe(event, await pictureOf(worker, this.#cameraId));
  }

  /** Ends what goes on: its end would not be heard. */
  async endAll(): Promise<void> {
    for (const [kind, { event }] of this.#open) await this.#end(kind, event);
  }

  async #end(kind: DeviceEventKind, event: EventState): Promise<void> {
    this.#open.delete(kind);
    const now = Date.now();
    await this.#events.observe({ ...event, updatedAt: now, endedAt: now });
  }

  #eventOf(kind: DeviceEventKind, rule: string, isMoment: boolean): EventState {
    const now = Date.now();
    const times = { startedAt: now, updatedAt: now, endedAt: isMoment ? now : null };
    return {
      ...{ id: randomUUID(), cameraId: this.#cameraId, kind, label: kind, score: null },
      ...times,
      data: { source: 'camera', rule },
    };
  }
}

/** The newest picture; an event without one is an event all the same. */
async function pictureOf(worker: WorkerAddress, cameraId: string): Promise<EventPicture | undefined> {
  const path = `/api/cameras/${encodeURIComponent(cameraId)}/frame?width=${PICTURE_WIDTH}`;
  const answer = await pass(worker, { method: 'GET', path }).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  return { jpeg: answer.body, takenAt: Date.now(), objects: [] };
}
