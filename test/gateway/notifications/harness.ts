/** Notifications and events on a real database, with cameras that a test plays and a clock that it moves. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import express from 'express';
import { sourceFromUrl } from '#shared/camera-source.ts';
import type { Notification } from '#shared/contract/notification.ts';
import type { RecordingSettings } from '#shared/contract/recording.ts';
import type { CameraStatus } from '#shared/contract/status.ts';
import { Redactor } from '#shared/redact.ts';
import { KnownKeys } from '../../../gateway/auth/keys/known-keys.ts';
import { Owners } from '../../../gateway/auth/owners.ts';
import { type Principal, setPrincipal } from '../../../gateway/auth/principal.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import type { SmtpConfig } from '../../../gateway/config/smtp.ts';
import type { EventPicture, EventState } from '../../../gateway/events/event.ts';
import { createEvents, type Events } from '../../../gateway/events/events.ts';
import {
  createNotifications,
  type Notifications,
  type NotificationsOptions,
} from '../../../gateway/notifications/notifications.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { type JsonAnswer, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, problems, serve, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const NAMES: Record<string, string> = { door: 'Front Door', yard: 'Back Yard' };

const RECORDINGS: Record<string, RecordingSettings> = { door: { record: 'events', keep: null } };

/** What a test changes of it. */
export interface HarnessOptions extends Partial<NotificationsOptions> {
  /** A mail server. */
  smtp?: SmtpConfig;
  /** Other names of cameras. */
  names?: Record<string, string>;
}

/** One gateway's notifications. */
export class NoticeHarness {
  /** Unix milliseconds; stands until a test moves it. */
  now = new Date(2026, 4, 4, 12, 0).getTime();
  /** Cameras that deliver pictures. */
  readonly connected = new Set(Object.keys(NAMES));
  /** Keys that clients have. */
  readonly keys = new KnownKeys(() => this.now);
  /** Who makes the requests; default: an admin. */
  principal: Principal | undefined;
  readonly workers = [
    { name: 'rtsp-0', kind: 'child', state: 'ready', isRequired: true },
    { name: 'agent-cabin', kind: 'agent', state: 'ready', isRequired: false },
  ];
  readonly config: NotificationsOptions['config'] = {
    dataDir: tmpdir(),
    recordings: { folder: tmpdir() },
    store: { uploads: { reserveBytes: 0 } },
    smtp: undefined,
  };
  readonly store: Store;
  #looks = 0;
  #notifications: Notifications | undefined;
  #events: Events | undefined;
  #server: Server | undefined;

  private constructor(store: Store) {
    this.store = store;
  }

  static async open(store: Store, { smtp, names, ...options }: HarnessOptions = {}): Promise<NoticeHarness> {
    const harness = new NoticeHarness(store);
    const now = (): number => harness.now;
    const common = { store, log: silentLog, now };
    harness.#notifications = createNotifications({
      ...common,
      secretBox: createSecretBox(randomBytes(32)),
      access: {
        linkTo: (path) => `${path}?ticket=signed`,
        owners: new Owners({ keys: harness.keys, secret: 'of the tokens', hasProxy: false }),
      },
      directory: directory({ ...NAMES, ...names }),
      states: {
        read: async () => {
          harness.#looks += 1;
          return harness.#states();
        },
      },
      pool: { status: () => harness.workers as never },
      config: { ...harness.config, smtp },
      lookMs: 10,
      pollMs: 15,
      ...options,
    });
    harness.#events = createEvents({ ...common, retentionDays: 30, begins: harness.#notifications });
    const app = express();
    app.use((req, _res, next) => {
      setPrincipal(req, harness.principal);
      next();
    });
    app.use(mounted(harness.#notifications.routes));
    app.use(problems);
    harness.#server = await serve(app);
    harness.#notifications.start();
    return harness;
  }

  get api(): string {
    return `${originOf(this.#server as Server)}/api/notifications`;
  }

  get notifications(): Notifications {
    return this.#notifications as Notifications;
  }

  create(target: object, body: object = {}): Promise<JsonAnswer> {
    return postJson(this.api, { name: 'Test', target, ...body });
  }

  change(id: string, body: object): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' };
    return fetch(`${this.api}/${id}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  }

  /** Sends a test. */
  test(id: string): Promise<JsonAnswer> {
    return postJson(`${this.api}/${id}/test`, {});
  }

  async list(): Promise<Notification[]> {
    return (await (await fetch(this.api)).json()) as Notification[];
  }

  async view(id: string): Promise<Notification> {
    return (await (await fetch(`${this.api}/${id}`)).json()) as Notification;
  }

  /** An event begins at a camera. @returns its id */
  async event(
    cameraId: string,
    kind: string,
    change: Partial<EventState> = {},
    picture?: EventPicture,
  ): Promise<string> {
    const id = randomUUID();
    await this.#events?.eventLog.observe(this.#stateOf(id, cameraId, kind, change), picture);
    return id;
  }

  /** A watch fires. @returns id of the event */
  async watch(cameraId: string, label: string, answer: string): Promise<string | undefined> {
    return this.#events?.eventLog.record({
      ...{ cameraId, kind: 'watch', label, score: null, startedAt: this.now },
      data: { answers: [{ text: answer }] },
    });
  }

  /** Until it has looked some times more for who is away. */
  async looks(count: number): Promise<void> {
    const until = this.#looks + count;
    await waitFor(() => this.#looks >= until);
  }

  /** Until the sender has done all that is due now. */
  async idle(): Promise<void> {
    const { db } = this.store;
    await waitFor(async () => {
      const busy = db
        .selectFrom('deliveries')
        .select('id')
        .where('status', '=', 'pending')
        .where((eb) => eb.or([eb('leased_until', '>', 0), eb('next_attempt_at', '<=', this.now)]));
      return (await busy.execute()).length === 0;
    });
  }

  /** Writes more of an event that is stored. */
  async goOn(
    id: string,
    cameraId: string,
    kind: string,
    change: Partial<EventState>,
    picture?: EventPicture,
  ): Promise<void> {
    await this.#events?.eventLog.observe(this.#stateOf(id, cameraId, kind, change), picture);
  }

  async close(): Promise<void> {
    if (this.#server !== undefined) stop(this.#server);
    this.keys.close();
    await this.#notifications?.close();
    await this.#events?.close();
  }

  #stateOf(id: string, cameraId: string, kind: string, change: Partial<EventState>): EventState {
    const at = { startedAt: this.now, updatedAt: this.now, endedAt: null };
    return { id, cameraId, kind, label: kind, score: 0.9, ...at, data: {}, ...change };
  }

  #states(): Map<string, CameraStatus> {
    const states = Object.keys(NAMES).map((id) => {
      const connected = this.connected.has(id);
      return [id, { connected, ...(connected ? {} : { reason: 'camera-unreachable' }) }] as const;
    });
    return new Map(states as unknown as [string, CameraStatus][]);
  }
}

/** Two cameras with names; one is recorded. */
function directory(names: Record<string, string>): CameraDirectory {
  const known = new CameraDirectory(10, new Redactor());
  for (const [id, name] of Object.entries(names)) {
    const source = sourceFromUrl(`rtsp://192.0.2.1/${id}`);
    const analysis = { motion: false, persons: false, faces: false };
    const stored = { origin: 'registry' as const, enabled: true, isFromFile: false, analysis };
    known.setRegistered({ id, name, location: '', source, ...stored, recording: RECORDINGS[id] });
  }
  return known;
}
