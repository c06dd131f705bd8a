/** What the gateway and its RTSP workers say to each other about recording. */
import type { Logger } from '#shared/logger.ts';
import {
  type DesiredRecording,
  RECORDER_FEED_PATH,
  RECORDING_PATH,
  type RecorderMessage,
  recorderFeedSchema,
} from '#shared/recording-link.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { DesiredState } from '../worker-access/desired-state.ts';
import { PerWorker } from '../worker-access/per-worker.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { WorkerSocket } from '../worker-access/worker-socket.ts';

export interface RecorderLinksOptions {
  pool: {
    address(name: string): WorkerAddress | undefined;
    onReady(listener: (address: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  routing: Pick<CameraRouting, 'workers' | 'nameOf' | 'onWorkers' | 'onPlacement'>;
  /** What is wanted of all cameras. */
  desired: () => readonly DesiredRecording[];
  /** Whether what a worker records is kept somewhere; it may turn out later, see {@link RecorderLinks.update}. */
  canRecord: (worker: string) => boolean;
  onMessage: (worker: string, message: RecorderMessage) => void;
  onDown: (worker: string) => void;
  log: Logger;
}

/** A segment of an hour of groups of pictures is far smaller. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** From start to close. */
export class RecorderLinks {
  readonly #options: RecorderLinksOptions;
  readonly #states: PerWorker<DesiredState>;
  readonly #sockets: PerWorker<WorkerSocket>;
  /** Workers whose present process was told to record: others are left alone. */
  readonly #used = new Set<string>();
  readonly #ends: (() => void)[] = [];

  constructor(options: RecorderLinksOptions) {
    this.#options = options;
    this.#states = new PerWorker(
      (name) => this.#createState(name),
      (state) => state.close(),
    );
    this.#sockets = new PerWorker(
      (name) => this.#createSocket(name),
      (socket) => socket.detach(),
    );
  }

  start(): void {
    const { pool, routing, onDown } = this.#options;
    this.#retain(routing.workers);
    this.#ends.push(
      routing.onWorkers((workers) => this.#retain(workers)),
      pool.onReady(({ name }) => {
        this.#used.delete(name);
        this.#use(name);
        this.#states.find(name)?.resend();
      }),
      pool.onDown((name) => {
        if (!this.#used.delete(name)) return;
        this.#sockets.find(name)?.detach();
        onDown(name);
      }),
      routing.onPlacement(() => this.update()),
    );
  }

  /** Cameras changed. */
  update(): void {
    for (const [name, state] of this.#states.entries()) {
      this.#use(name);
      state.update();
    }
  }

  /** Listens to a worker from the first camera on that it is to record. */
  #use(name: string): void {
    const worker = this.#options.pool.address(name);
    if (!this.#options.canRecord(name)) return;
    if (worker === undefined || this.#used.has(name) || this.camerasOf(name).length === 0) return;
    this.#used.add(name);
    this.#sockets.find(name)?.attach(worker);
  }

  /** What a worker is to record. */
  camerasOf(name: string): DesiredRecording[] {
    const { routing, desired } = this.#options;
    return desired().filter(({ cameraId }) => routing.nameOf(cameraId) === name);
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await Promise.all([this.#sockets.close(), this.#states.close()]);
  }

  #retain(workers: readonly string[]): void {
    this.#sockets.retain(workers);
    this.#states.retain(workers);
  }

  #createState(name: string): DesiredState {
    const { pool, log } = this.#options;
    const state = new DesiredState({
      worker: () => pool.address(name),
      path: RECORDING_PATH,
      desired: () => (this.#used.has(name) ? { cameras: this.camerasOf(name) } : undefined),
      log,
    });
    state.start();
    return state;
  }

  #createSocket(name: string): WorkerSocket {
    const { onMessage, log } = this.#options;
    return new WorkerSocket({
      path: RECORDER_FEED_PATH,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onMessage: (data) => {
        const message = recorderFeedSchema.safeParse(JSON.parse(data.toString()));
        if (message.success) onMessage(name, message.data);
        else
          log.error(
            { worker: name, issue: message.error.issues[0]?.message },
            'a recorder sent a bad message',
          );
      },
      log,
    });
  }
}
