/** Moves one camera. */
import type { PtzPreset, PtzStatus } from './api-types.ts';
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
