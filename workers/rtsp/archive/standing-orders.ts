/**
 * What the worker of an agent records without its gateway: the cameras of which everything is recorded, in a file
 * beside the recordings. A process that starts while the gateway is away goes on with them.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { type DesiredRecording, desiredRecordingSchema } from '#shared/recording-link.ts';
import { desiredCameraSchema } from '#shared/worker-protocol.ts';
import type { CameraSet } from '../camera/camera-set.ts';

export interface StandingOrdersOptions {
  /** Of the recordings; absolute. */
  folder: string;
  cameras: Pick<CameraSet, 'list' | 'put' | 'removeAll'>;
  recorders: {
    readonly desired: readonly DesiredRecording[];
    apply(desired: readonly DesiredRecording[]): Promise<void>;
  };
  log: Logger;
  /** How long a new process waits for its gateway, milliseconds. */
  waitMs?: number;
}

const ordersSchema = z.object({
  cameras: z.array(desiredCameraSchema.omit({ epoch: true })),
  recordings: z.array(desiredRecordingSchema),
});

/** No camera's folder begins with a point. */
const FILE = '.orders.json';
/** The gateway comes first where it can be reached: it may know that a camera must not be run here any more. */
const WAIT_MS = 10_000;

/** From start to close. */
export class StandingOrders {
  readonly #options: StandingOrdersOptions;
  readonly #file: string;
  #timer: NodeJS.Timeout | undefined;
  #written: string | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: StandingOrdersOptions) {
    this.#options = options;
    this.#file = join(options.folder, FILE);
  }

  /** Waits for the gateway, and goes on without it. */
  start(): void {
    this.#timer = setTimeout(() => this.#enqueue(() => this.#restore()), this.#options.waitMs ?? WAIT_MS);
  }

  /** The gateway is there: it says what is wanted. */
  stand(): void {
    clearTimeout(this.#timer);
  }

  /** The gateway gave an order. */
  update(): void {
    this.#enqueue(() => this.#write());
  }

  /** The gateway has no place for this agent any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#enqueue(async () => {
      const { cameras, recorders } = this.#options;
      this.#written = undefined;
      await rm(this.#file, { force: true });
      await recorders.apply([]);
      await cameras.removeAll();
    });
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#work;
  }

  async #restore(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    const { cameras, recorders, log } = this.#options;
    const orders = ordersSchema.parse(JSON.parse(text));
    await recorders.apply(orders.recordings);
    for (const { cameraId, source } of orders.cameras) await cameras.put(cameraId, source);
    log.info(
      { cameras: orders.cameras.length },
      'the gateway is away: recording goes on as it was told last',
    );
  }

  async #write(): Promise<void> {
    const { cameras, recorders } = this.#options;
    const recordings = recorders.desired.filter(({ isContinuous }: DesiredRecording) => isContinuous);
    const ids = new Set(recordings.map(({ cameraId }) => cameraId));
    const wanted = cameras.list().filter(({ id }) => ids.has(id));
    const orders = { cameras: wanted.map(({ id, source }) => ({ cameraId: id, source })), recordings };
    const text = JSON.stringify(orders);
    if (text === this.#written) return;
    const draft = `${this.#file}.new`;
    // It holds passwords of cameras.
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, this.#file);
    this.#written = text;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      this.#options.log.warn({ reason: messageOf(error) }, 'what is recorded without a gateway is not kept');
    });
  }
}
