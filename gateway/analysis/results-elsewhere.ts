/** Brings what other gateways on the database see, of the cameras at which clients of this one look. */
import { RESULTS_PATH, type ResultMessage, resultMessageSchema } from '#shared/detections.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { OtherDoor } from '../agents/gateway-doors.ts';
import { WorkerSocket } from '../worker-access/worker-socket.ts';
import type { Wants } from './peer-results.ts';

export interface ResultsElsewhereOptions {
  /** The other gateways. @throws AppError `storage-*` */
  others: () => Promise<OtherDoor[]>;
  /** What clients of this gateway want of cameras that it does not analyse itself. */
  wants: () => Wants;
  take: (message: Extract<ResultMessage, { type: 'detections' | 'motion-level' }>) => void;
  log: Logger;
  everyMs?: number;
  /** From the last message of a camera to the end of what it showed, milliseconds. */
  staleMs?: number;
}

interface Peer extends OtherDoor {
  socket: WorkerSocket;
}

const EVERY_MS = 500;
/** Finds a connection that the other side has ended during a cut of the network, which tells nothing by itself. */
const TELL_AGAIN_MS = 5000;
/** Objects of which nothing more is told, as when their gateway is gone, are no longer shown after this. */
const STALE_MS = 5000;
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Runs from start to close. Without a client that looks, it does nothing. */
export class ResultsElsewhere {
  readonly #options: ResultsElsewhereOptions;
  readonly #job: PeriodicJob;
  readonly #peers = new Map<string, Peer>();
  /** Cameras whose last message named objects, with the time of that message. */
  readonly #shown = new Map<string, number>();
  #wants = '';
  #toldAt = 0;

  constructor(options: ResultsElsewhereOptions) {
    const { log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#round(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'other gateways could not be looked for'),
      everyMs,
    });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
    this.#leave();
  }

  async #round(): Promise<void> {
    this.#clearStale();
    const wants = this.#options.wants();
    if (Object.values(wants).every((ids) => ids.length === 0)) return this.#leave();
    const text = JSON.stringify(wants);
    const now = performance.now();
    if (text !== this.#wants || now - this.#toldAt > TELL_AGAIN_MS) {
      this.#toldAt = now;
      for (const { socket } of this.#peers.values()) socket.send(text);
    }
    this.#wants = text;
    this.#meet(await this.#options.others());
  }

  #meet(others: readonly OtherDoor[]): void {
    for (const peer of this.#peers.values())
      if (!others.some(({ name, token }) => name === peer.name && token === peer.token)) this.#part(peer);
    for (const other of others) if (!this.#peers.has(other.name)) this.#open(other);
  }

  #open(other: OtherDoor): void {
    const socket = new WorkerSocket({
      path: RESULTS_PATH,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onOpen: () => socket.send(this.#wants),
      onMessage: (data) => this.#take(data),
      log: this.#options.log,
    });
    this.#peers.set(other.name, { ...other, socket });
    socket.attach({ ...other, epoch: 0, details: {} });
  }

  #part({ name, socket }: Peer): void {
    socket.detach();
    this.#peers.delete(name);
  }

  #leave(): void {
    for (const peer of this.#peers.values()) this.#part(peer);
    this.#wants = '';
  }

  #take(data: Buffer): void {
    const message = resultMessageSchema.safeParse(parseJson(data.toString())).data;
    if (message?.type !== 'detections' && message?.type !== 'motion-level') return;
    if (message.type === 'detections' && message.objects.length > 0)
      this.#shown.set(message.cameraId, performance.now());
    else if (message.type === 'detections') this.#shown.delete(message.cameraId);
    this.#options.take(message);
  }

  #clearStale(): void {
    const { staleMs = STALE_MS, take } = this.#options;
    const now = performance.now();
    for (const [cameraId, at] of this.#shown) {
      if (now - at < staleMs) continue;
      this.#shown.delete(cameraId);
      take({ type: 'detections', cameraId, timestamp: Date.now() / 1000, objects: [] });
    }
  }
}
