/** The demo of the first start: four simulated cameras until a real one comes (docs/contract.md, section 9). */
import type { Logger } from '#shared/logger.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { CameraDirectory } from './camera-directory.ts';

const DEMO_CAMERAS = [
  { id: '1', name: 'Front Door Camera', location: 'Front Door' },
  { id: '2', name: 'Back Yard Camera', location: 'Back Yard' },
  { id: '3', name: 'Garage Camera', location: 'Garage' },
  { id: '4', name: 'Side Entrance Camera', location: 'Side Entrance' },
] as const;

/** The part of the pool that the demo needs. */
export interface DemoPool {
  onReady(listener: (address: WorkerAddress) => void): () => void;
  stopWorker(name: string): Promise<void>;
}

/** Runs the demo; ends it for good when a camera of the user's is there. */
export class Demo {
  readonly #directory: CameraDirectory;
  readonly #pool: DemoPool;
  readonly #worker: string;
  readonly #log: Logger;
  #ends: (() => void)[] = [];
  #hasBegun = false;

  constructor({
    directory,
    pool,
    worker,
    log,
  }: { directory: CameraDirectory; pool: DemoPool; worker: string; log: Logger }) {
    this.#directory = directory;
    this.#pool = pool;
    this.#worker = worker;
    this.#log = log;
  }

  /** Puts the demo cameras into the directory as soon as the simulator serves. */
  start(): void {
    this.#ends = [
      this.#pool.onReady(({ name, details }) => {
        if (name !== this.#worker) return;
        if (this.#hasRealCamera()) this.#end();
        else this.#putCameras(details.rtspPort ?? 0);
      }),
      this.#directory.onChange(() => {
        if (this.#hasRealCamera()) this.#end();
      }),
    ];
  }

  /** Stops listening. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #hasRealCamera(): boolean {
    return this.#directory.list().some(({ origin }) => origin !== 'demo');
  }

  #putCameras(port: number): void {
    // The simulator may come back on another port; a camera that was disconnected meanwhile stays so.
    const present = DEMO_CAMERAS.filter(({ id }) => !this.#hasBegun || this.#directory.has(id));
    this.#hasBegun = true;
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
      this.#directory.put({ id, name, location, source, origin: 'demo' });
    }
    this.#log.info({ port }, 'simulated cameras run; adding one of your own ends the demo');
  }

  #end(): void {
    this.close();
    this.#log.info('a camera was added: the demo ends');
    this.#directory.removeDemo();
    void this.#pool.stopWorker(this.#worker);
  }
}
