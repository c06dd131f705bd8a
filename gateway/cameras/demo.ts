/** The demo of the first start: four simulated cameras until a real one comes (docs/contract.md, section 9). */
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { CameraDirectory } from './camera-directory.ts';

/** Persons walk through two of the scenes. */
const DEMO_CAMERAS = [
  { id: '1', name: 'Front Door Camera', location: 'Front Door', hasPersons: true },
  { id: '2', name: 'Back Yard Camera', location: 'Back Yard', hasPersons: false },
  { id: '3', name: 'Garage Camera', location: 'Garage', hasPersons: false },
  { id: '4', name: 'Side Entrance Camera', location: 'Side Entrance', hasPersons: true },
] as const;
/** The analysis worker starts after the first pictures, which a newcomer waits for. */
const ANALYSIS_DELAY_MS = 4000;
/** Workers leave the cameras before the simulator ends: a camera that goes away would be a warning. */
const RETIRE_DELAY_MS = 2000;

/** The part of the pool that the demo needs. */
export interface DemoPool {
  onReady(listener: (address: WorkerAddress) => void): () => void;
  startWorker(name: string): void;
  retireWorker(name: string): Promise<void>;
}

export interface DemoOptions {
  directory: CameraDirectory;
  pool: DemoPool;
  /** Name of the simulator's slot. */
  worker: string;
  /** Whether motion and persons are looked for. */
  isAnalysed: boolean;
  log: Logger;
  /** For tests. */
  analysisDelayMs?: number;
  retireDelayMs?: number;
}

/** Runs the demo; ends it when a camera of the user's is there. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #ends: (() => void)[] = [];
  #analysis: NodeJS.Timeout | undefined;
  #retirement: NodeJS.Timeout | undefined;
  #hasBegun = false;
  #hasEnded = false;
  #isClosed = false;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Puts the demo cameras into the directory as soon as the simulator serves. */
  start(): void {
    if (this.#isClosed) return;
    const { pool, directory } = this.#options;
    this.#ends.push(
      pool.onReady((address) => this.#onReady(address)),
      directory.onChange(() => {
        if (!this.#hasEnded && this.#hasRealCamera()) this.#end();
      }),
    );
  }

  /** Stops listening. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#analysis);
    clearTimeout(this.#retirement);
    for (const end of this.#ends.splice(0)) end();
  }

  /** Shows the demo again. @throws AppError `camera-exists` while there are cameras of the user's */
  showAgain(): void {
    if (this.#hasRealCamera())
      throw new AppError('camera-exists', 'The demo is shown while there are no other cameras');
    if (!this.#hasEnded) return;
    this.#hasEnded = false;
    this.#hasBegun = false;
    if (this.#retirement !== undefined) this.#retire();
    this.#options.pool.startWorker(this.#options.worker);
  }

  #onReady({ name, details }: WorkerAddress): void {
    if (name !== this.#options.worker || this.#hasEnded) return;
    if (this.#hasRealCamera()) this.#end();
    else this.#putCameras(details.rtspPort ?? 0);
  }

  #hasRealCamera(): boolean {
    return this.#options.directory.list().some(({ origin }) => origin !== 'demo');
  }

  #putCameras(port: number): void {
    const { directory, log } = this.#options;
    // The simulator may come back on another port; a camera that was disconnected meanwhile stays so.
    const present = DEMO_CAMERAS.filter(({ id }) => !this.#hasBegun || directory.has(id));
    for (const { id, name, location } of present) {
      const source = {
        kind: 'rtsp' as const,
        secure: false,
        host: '127.0.0.1',
        port,
        path: `/${id}`,
        username: '',
        password: '',
        transport: 'tcp' as const,
        isSimulator: true,
      };
      directory.put({ id, name, location, source, origin: 'demo' });
    }
    if (!this.#hasBegun) this.#analyseSoon();
    this.#hasBegun = true;
    log.info({ port }, 'simulated cameras run; adding one of your own ends the demo');
  }

  #analyseSoon(): void {
    const { directory, isAnalysed, analysisDelayMs = ANALYSIS_DELAY_MS } = this.#options;
    if (!isAnalysed) return;
    clearTimeout(this.#analysis);
    this.#analysis = setTimeout(() => {
      for (const { id, hasPersons } of DEMO_CAMERAS) {
        if (!hasPersons || directory.find(id)?.origin !== 'demo') continue;
        directory.adjust(id, { analysis: { motion: true, persons: true, faces: false } });
      }
    }, analysisDelayMs);
  }

  #end(): void {
    const { directory, retireDelayMs = RETIRE_DELAY_MS, log } = this.#options;
    this.#hasEnded = true;
    clearTimeout(this.#analysis);
    log.info('a camera was added: the demo ends');
    directory.removeDemo();
    this.#retirement = setTimeout(() => this.#retire(), retireDelayMs);
  }

  #retire(): void {
    clearTimeout(this.#retirement);
    this.#retirement = undefined;
    void this.#options.pool.retireWorker(this.#options.worker);
  }
}
