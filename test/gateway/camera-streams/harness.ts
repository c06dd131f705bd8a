/** Camera streams over real HTTP and a real database, with a worker that a test plays. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import express from 'express';
import type { CameraStreamPayload } from '#shared/contract/delivery.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraStreamRepository } from '../../../gateway/camera-streams/camera-stream-repository.ts';
import { CameraStreamService } from '../../../gateway/camera-streams/camera-stream-service.ts';
import { cameraStreamRoutes } from '../../../gateway/camera-streams/routes.ts';
import { trpcRoutes } from '../../../gateway/camera-streams/trpc-routes.ts';
import { UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { UploadQuota } from '../../../gateway/camera-streams/upload-quota.ts';
import type { UploadStore } from '../../../gateway/camera-streams/upload-store.ts';
import { VideoCheck } from '../../../gateway/camera-streams/video-check.ts';
import { DEFAULT_BODY_LIMITS } from '../../../gateway/http/body-limits.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { createAppServer } from '../../support/app-server.ts';
import { tableOf } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { listening, originOf, portOf, stop } from '../../support/serve.ts';
import { openSqlite } from '../../support/stores.ts';

/** What a worker says of a video. */
export const FACTS = { codec: 'h264', width: 320, height: 240, durationMs: 2000 };

/** An outbox that remembers. */
export class OutboxDouble {
  readonly payloads: CameraStreamPayload[] = [];
  /** What the next delivery is refused with. */
  failure: Error | undefined;

  async enqueue(_trx: unknown, { payload }: { payload: CameraStreamPayload }): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.payloads.push(payload);
  }
}

export interface HarnessOptions {
  maxUploadBytes?: number;
  reserveBytes?: number;
  maxUploads?: number;
  quotaBytes?: number;
  /** What keeps the videos; a folder of its own by default. */
  uploads?: (harness: Harness) => UploadStore;
}

/** The routes of the gateway, listening. */
export class Harness {
  readonly outbox = new OutboxDouble();
  readonly lines: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'camera-streams-'));
  /** How often a sender would have been woken. */
  wakes = 0;
  isWorkerReady = true;
  /** Names of files that cameras play. */
  readonly played = new Set<string>();
  readonly #folders = [this.folder];
  store!: Store;
  worker!: WorkerDouble;
  #server!: Server;

  static async open(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness();
    harness.store = await openSqlite(harness.#folders);
    harness.worker = await WorkerDouble.open();
    harness.answerProbe((_request, response) => response.end(JSON.stringify(FACTS)));
    await harness.#listen(options);
    return harness;
  }

  get repository(): CameraStreamRepository {
    return new CameraStreamRepository(this.store.db, createSecretBox(Buffer.alloc(32, 7)));
  }

  get origin(): string {
    return originOf(this.#server);
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Everything in the uploads folder, hidden files too. */
  files(): string[] {
    return readdirSync(this.folder).sort();
  }

  answerProbe(answer: ReturnType<typeof refuseWith>): void {
    this.worker.answers.set('POST /internal/probe', answer);
  }

  /** Makes the worker find no video in anything. */
  refuseVideos(): void {
    this.answerProbe(refuseWith(415, { code: 'not-a-video', error: 'The file is not a video' }));
  }

  /** Uploads a form; `undefined` values are left out. */
  async upload(
    fields: Record<string, string | undefined>,
    file?: { name: string; bytes: Buffer; field?: string },
  ) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
    if (file !== undefined) form.append(file.field ?? 'video', new Blob([file.bytes]), file.name);
    const response = await fetch(`${this.origin}/api/camera-streams`, { method: 'POST', body: form });
    // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  }

  async close(): Promise<void> {
    stop(this.#server);
    await this.worker.close();
    await this.store.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  async #listen({
    maxUploadBytes = 1_000_000,
    reserveBytes = 0,
    maxUploads,
    quotaBytes = 1_000_000_000,
    uploads: open,
  }: HarnessOptions): Promise<void> {
    const redactor = new Redactor();
    const write = (line: string): void => void this.lines.push(line);
    const log = createLogger({ name: 'gateway', level: 'trace', redactor, write });
    const uploads =
      open?.(this) ?? new UploadFolder({ folder: this.folder, maxBytes: maxUploadBytes, reserveBytes });
    const { repository } = this;
    const isPlayed = (file: string): boolean => this.played.has(basename(file));
    const service = new CameraStreamService({
      store: this.store,
      repository,
      outbox: this.outbox,
      uploads,
      quota: new UploadQuota({ repository, uploads, quotaBytes, isPlayed, log }),
      check: new VideoCheck({ anyReady: () => this.#anyReady(), ready: () => [this.#anyReady()] }),
      onStored: () => {
        this.wakes += 1;
      },
    });
    await (await service.start()).swept;
    const limits = maxUploads === undefined ? {} : { maxUploads };
    const app = express();
    const routes = tableOf(
      cameraStreamRoutes({ service, uploads, ...limits }),
      trpcRoutes({ service, redactor, log, maxBodyBytes: DEFAULT_BODY_LIMITS.json }),
    );
    app.use(routes.router((_req, _res, next) => next()));
    app.use(notFound, problemHandler({ log, redactor }));
    this.#server = createAppServer(app, { isUpload: (request) => routes.isUpload(request) });
    await listening(this.#server);
  }

  #anyReady() {
    const pool = new FakePool(['rtsp-0']);
    if (this.isWorkerReady) pool.bringUp('rtsp-0', this.worker);
    return routingTo(pool).anyReady();
  }
}
