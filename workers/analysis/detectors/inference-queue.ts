/**
 * One line for all cameras before the detectors. What waits is a camera, not a
 * picture: its newest one is fetched when its turn comes. So too much work makes
 * turns rarer, never pictures older.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import type { Detector, DetectorKind, Finding, RgbPicture } from './detector.ts';

/** A camera in line. */
export interface InferenceClient {
  readonly cameraId: string;
  /** Kinds it wants looked for now. */
  wantedKinds(): DetectorKind[];
  /** The picture to look at. */
  fetch(): Promise<StillPicture>;
  /** Lowest score that counts. */
  readonly minScore: number | undefined;
  /** Takes what was found in a picture. */
  take(kind: DetectorKind, findings: Finding[], picture: StillPicture): void;
}

export interface InferenceQueueOptions {
  /** Those that are ready, by kind. */
  detectors: ReadonlyMap<DetectorKind, Detector>;
  /** Decodes a JPEG, no larger than the side given. */
  decode: (jpeg: Buffer, maxSide: number) => Promise<RgbPicture>;
  log: Logger;
}

/** After a camera failed it is left out this long, milliseconds. */
const FAILURE_PAUSE_MS = 2000;

/** Serves cameras in turn, the one that has waited longest first. */
export class InferenceQueue {
  readonly #options: InferenceQueueOptions;
  /** When each was served last, in milliseconds of a clock that never goes back; in the future after a failure. */
  readonly #clients = new Map<InferenceClient, number>();
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Since the start. */
  readonly counts = { inferences: 0, failures: 0, milliseconds: 0 };

  constructor(options: InferenceQueueOptions) {
    this.#options = options;
  }

  /** Puts a camera in line. @returns the function that takes it out */
  add(client: InferenceClient): () => void {
    this.#clients.set(client, 0);
    return () => void this.#clients.delete(client);
  }

  /** Whether a kind can be looked for. */
  has(kind: DetectorKind): boolean {
    return this.#options.detectors.has(kind);
  }

  /** Somebody may want something. */
  wake(): void {
    if (this.#isClosed || this.#running !== undefined || this.#options.detectors.size === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends after the picture in hand. */
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
        this.#options.log.debug(facts, 'a picture could not be looked at');
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
