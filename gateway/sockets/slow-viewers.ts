/** Viewers that get fewer frames than they asked for, since they or their network do not take them in time. */

/** A viewer that skipped no frame for this long is not slow any more, milliseconds. */
const RECENT_MS = 10_000;

/** The slow viewers of one camera, as `GET /health` tells them. */
export interface SlowViewersOfCamera {
  cameraId: string;
  viewers: number;
  reason: 'network';
}

/** Remembers which clients skipped frames lately. */
export class SlowViewers {
  readonly #now: () => number;
  /** When each client last skipped a frame, by camera. */
  readonly #skips = new Map<string, Map<object, number>>();

  /** @param now monotonic clock, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A frame of a camera was replaced before the client took it. */
  note(cameraId: string, client: object): void {
    const clients = this.#skips.get(cameraId) ?? new Map<object, number>();
    clients.set(client, this.#now());
    this.#skips.set(cameraId, clients);
  }

  /** The client has gone. */
  forget(client: object): void {
    for (const [cameraId, clients] of this.#skips) {
      clients.delete(client);
      if (clients.size === 0) this.#skips.delete(cameraId);
    }
  }

  /** Cameras with slow viewers. */
  list(): SlowViewersOfCamera[] {
    const since = this.#now() - RECENT_MS;
    return [...this.#skips].flatMap(([cameraId, clients]) => {
      const viewers = [...clients.values()].filter((at) => at >= since).length;
      return viewers === 0 ? [] : [{ cameraId, viewers, reason: 'network' as const }];
    });
  }
}
