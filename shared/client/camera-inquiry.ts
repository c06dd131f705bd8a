/** Asks the gateway why a camera sends nothing, at a limited rate. */
import type { CameraStatus } from './api-types.ts';
import { CLIENT_CODES, faultOf } from './gateway-error.ts';
import type { HttpClient } from './http-client.ts';
import type { WatchFault } from './watch-state.ts';

/** Faults of the connection to the gateway are no faults of a camera. */
const WAY_CODES: string[] = Object.values(CLIENT_CODES);

/** Inquiries about the cameras of one gateway. */
export class CameraInquiry {
  readonly #http: HttpClient;
  readonly #pauseMs: number;
  readonly #onFault: (cameraId: string, fault: WatchFault) => void;
  /** Time of the last inquiry per camera. */
  readonly #askedAt = new Map<string, number>();

  /** @param pauseMs between two inquiries about one camera, milliseconds */
  constructor(http: HttpClient, pauseMs: number, onFault: (cameraId: string, fault: WatchFault) => void) {
    this.#http = http;
    this.#pauseMs = pauseMs;
    this.#onFault = onFault;
  }

  /** Delays the first inquiry about a camera that was just subscribed. */
  begin(cameraId: string): void {
    this.#askedAt.set(cameraId, performance.now());
  }

  end(cameraId: string): void {
    this.#askedAt.delete(cameraId);
  }

  /** Asks, unless it did a moment ago. */
  async ask(cameraId: string): Promise<void> {
    const now = performance.now();
    if (now - (this.#askedAt.get(cameraId) ?? now) < this.#pauseMs) return;
    this.#askedAt.set(cameraId, now);
    const path = `/api/cameras/${encodeURIComponent(cameraId)}/status`;
    const fault = await this.#http.json<CameraStatus>(path).then(faultOfCamera, faultOf);
    if (fault !== undefined && !WAY_CODES.includes(fault.code)) this.#onFault(cameraId, fault);
  }
}

function faultOfCamera(status: CameraStatus): WatchFault | undefined {
  if (status.connected) return undefined;
  const { reason = 'camera-offline', detail = 'The camera sends no pictures', hint } = status;
  return { code: reason, message: detail, hint };
}
