/**
 * One queue of cameras before the detectors. A camera waits, not a picture: its
 * newest picture is fetched when its turn comes. Overload makes turns rarer, never
 * pictures older.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import type { Detector, DetectorKind, Finding, RgbPicture } from './detector.ts';

/** A camera in the queue. */
export interface InferenceClient {
  readonly cameraId: string;
  /** Kinds to search for now. */
  wantedKinds(): DetectorKind[];
  /** Fetches the picture. */
  fetch(): Promise<StillPicture>;
  /** Lowest score that counts. */
  readonly minScore: number | undefined;
  /** Called with the findings of a picture. */
  take(kind: DetectorKind, findings: Finding[], picture: StillPicture): void;
}

export interface InferenceQueueOptions {
  /** Ready detectors by kind. */
  detectors: ReadonlyMap<DetectorKind, Detector>;
  /** Decodes a JPEG, at most as large as the given side. */
  decode: (jpeg: Buffer, maxSide: number) => Promise<RgbPicture>;
  log: Logger;
}

/** Pause for a camera after a failure, milliseconds. */
const FAILURE_PAUSE_MS = 2000;

/** Serves cameras round robin, longest wait first. */
export class InferenceQueue {
  readonly #options: InferenceQueueOptions;
  /** When each was served last, monotonic milliseconds; in the future after a failure. */
  readonly #clients = new Map<InferenceClient, number>();
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Since the start. */
  readonly counts = { inferences: 0, failures: 0, milliseconds: 0 };

  constructor(options: InferenceQueueOptions) {
    this.#options = options;
  }

  /** Adds a camera. Returns the function that removes it. */
  add(client: InferenceClient): () => void {
    this.#clients.set(client, 0);
    return () => void this.#clients.delete(client);
  }

  /** Whether a kind has a ready detector. */
  has(kind: DetectorKind): boolean {
    return this.#options.detectors.has(kind);
  }

  /** Wakes the queue: a camera may have work. */
  wake(): void {
    if (this.#isClosed || this.#running !== undefined || this.#options.detectors.size === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends after the current picture. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let client = this.#next(); client !== undefined && !this.#isClosed; client = this.#next()) {
      this.#clients.set(client, performance.now());
      try {
        await this.#serve(client);
      } catch (error) {
        this.counts.failures += 1;
        const facts = { cameraId: client.cameraId, reason: messageOf(error) };
        this.#options.log.debug(facts, 'could not search a picture');
        if (this.#clients.has(client)) this.#clients.set(client, performance.now() + FAILURE_PAUSE_MS);
      }
    }
  }

  #next(): InferenceClient | undefined {
    const now = performance.now();
    const ready = [...this.#clients].filter(([client, at]) => at <= now && client.wantedKinds().length > 0);
    return ready.reduce<[InferenceClient, number] | undefined>(
      (longest, candidate) => (longest === undefined || candidate[1] < longest[1] ? candidate : longest),
      undefined,
    )?.[0];
  }

  async #serve(client: InferenceClient): Promise<void> {
    const detectors = client
      .wantedKinds()
      .map((kind) => this.#options.detectors.get(kind))
      .filter((detector) => detector !== undefined);
    const picture = await client.fetch();
    const maxSide = Math.max(...detectors.map(({ inputSide }) => inputSide));
    const decoded = await this.#options.decode(picture.jpeg, maxSide);
    for (const detector of detectors) {
      const begunAt = performance.now();
      const findings = await detector.detect(decoded, client.minScore);
      this.counts.inferences += 1;
      this.counts.milliseconds += performance.now() - begunAt;
      if (this.#clients.has(client)) client.take(detector.kind, findings, picture);
    }
  }
}
