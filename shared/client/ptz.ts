/** Moves one camera. */
import type {
  PtzCentre,
  PtzCentred,
  PtzFollow,
  PtzPreset,
  PtzStatus,
  PtzTask,
  PtzTour,
} from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

/** Speeds from −1 to 1: right, up and in are positive. */
export interface PtzVelocity {
  pan?: number;
  tilt?: number;
  zoom?: number;
}

/** A move that goes on until it is released. */
export interface HeldMove {
  /** Goes on at other speeds. */
  change(velocity: PtzVelocity): void;
  /** Stops the camera. @throws GatewayError */
  release(): Promise<void>;
}

/** The gateway stops a move that is not renewed within a second. */
const RENEWAL_MS = 300;

/** Calls under `/api/cameras/:id/ptz`; all throw {@link GatewayError}. */
export class Ptz {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor(http: HttpClient, cameraPath: string) {
    this.#http = http;
    this.#path = `${cameraPath}/ptz`;
  }

  status(call: CallOptions = {}): Promise<PtzStatus> {
    return this.#http.json(this.#path, call);
  }

  /** Moves for a second; call it again to go on. */
  async move(velocity: PtzVelocity, call: CallOptions = {}): Promise<void> {
    await this.#post('/move', velocity, call);
  }

  /**
   * Moves until it is released, by renewing the move.
   * @param onError the first move that failed; the camera stops by itself
   */
  hold(velocity: PtzVelocity, onError: (error: unknown) => void = () => {}): HeldMove {
    let current = velocity;
    let last: Promise<unknown> = Promise.resolve();
    const send = (): void => {
      last = this.move(current).catch((error: unknown) => {
        clearInterval(timer);
        onError(error);
      });
    };
    const timer = setInterval(send, RENEWAL_MS);
    send();
    return {
      change: (next) => {
        current = next;
        send();
      },
      release: async () => {
        clearInterval(timer);
        await last;
        await this.stop();
      },
    };
  }

  async stop(call: CallOptions = {}): Promise<void> {
    await this.#post('/stop', {}, call);
  }

  async home(call: CallOptions = {}): Promise<void> {
    await this.#post('/home', {}, call);
  }

  /** Pan and tilt −1 to 1, zoom 0 to 1, in parts of the camera's range. */
  async moveTo(position: PtzVelocity, call: CallOptions = {}): Promise<void> {
    await this.#post('/absolute', position, call);
  }

  async moveBy(distance: PtzVelocity, call: CallOptions = {}): Promise<void> {
    await this.#post('/relative', distance, call);
  }

  /** Turns to an object or a point of the picture; resolves when the camera has come to rest. */
  centre(target: PtzCentre, call: CallOptions = {}): Promise<PtzCentred> {
    return this.#post('/centre', target, call);
  }

  /** Starts to keep a person or an object in the picture; any other command ends it. */
  follow(target: PtzFollow = {}, call: CallOptions = {}): Promise<PtzTask> {
    return this.#post('/follow', target, call);
  }

  /** Starts to visit presets and to ask about each; the report grows in {@link task}. */
  tour(tour: PtzTour, call: CallOptions = {}): Promise<PtzTask> {
    return this.#post('/tour', tour, call);
  }

  /** What the camera does by itself, or did last; undefined where it has done nothing. */
  task(call: CallOptions = {}): Promise<PtzTask | undefined> {
    return this.#http.json(`${this.#path}/task`, call);
  }

  /** Ends what the camera does by itself. */
  async cancelTask(call: CallOptions = {}): Promise<void> {
    await this.#http.json(`${this.#path}/task`, { ...call, method: 'DELETE' });
  }

  /** Empty where the camera cannot list them. */
  presets(call: CallOptions = {}): Promise<PtzPreset[]> {
    return this.#http.json(`${this.#path}/presets`, call);
  }

  async goToPreset(id: string, call: CallOptions = {}): Promise<void> {
    await this.#post(`/presets/${encodeURIComponent(id)}/go`, {}, call);
  }

  /** Stores where the camera looks; cameras that number their presets need an id. */
  setPreset(preset: Partial<PtzPreset>, call: CallOptions = {}): Promise<PtzPreset> {
    return this.#post('/presets', preset, call);
  }

  async removePreset(id: string, call: CallOptions = {}): Promise<void> {
    const path = `${this.#path}/presets/${encodeURIComponent(id)}`;
    await this.#http.json(path, { ...call, method: 'DELETE' });
  }

  #post<T>(path: string, json: object, call: CallOptions): Promise<T> {
    return this.#http.json(`${this.#path}${path}`, { ...call, method: 'POST', json });
  }
}
