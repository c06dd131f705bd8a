/** The viewers of a camera's pictures, each at the hub of the source that is its own now. */
import type { Picture } from '../pictures/picture.ts';
import type { PictureHub, PictureRequest } from '../pictures/picture-hub.ts';

interface Viewer {
  request: PictureRequest;
  deliver: (picture: Picture) => void;
  hub: PictureHub;
  subscription: { close(): void };
}

/** Decides nothing: where a viewer belongs is told by a function. */
export class PlacedViewers {
  readonly #viewers = new Set<Viewer>();
  readonly #hubFor: (request: PictureRequest) => PictureHub;

  /** @param hubFor the hub of the source that a viewer belongs to now */
  constructor(hubFor: (request: PictureRequest) => PictureHub) {
    this.#hubFor = hubFor;
  }

  get size(): number {
    return this.#viewers.size;
  }

  some(test: (request: PictureRequest) => boolean): boolean {
    return [...this.#viewers].some(({ request }) => test(request));
  }

  /** Starts delivering. @returns ends it, and tells whether it had not ended before */
  add(request: PictureRequest, deliver: (picture: Picture) => void): () => boolean {
    const hub = this.#hubFor(request);
    const viewer: Viewer = { request, deliver, hub, subscription: hub.subscribe(request, deliver) };
    this.#viewers.add(viewer);
    return () => {
      viewer.subscription.close();
      return this.#viewers.delete(viewer);
    };
  }

  /** Moves viewers to the source that is theirs now; no picture is older than the one before. */
  place(): void {
    for (const viewer of this.#viewers) {
      const hub = this.#hubFor(viewer.request);
      if (hub === viewer.hub) continue;
      const before = viewer.subscription;
      viewer.hub = hub;
      viewer.subscription = hub.subscribe(viewer.request, viewer.deliver);
      before.close();
    }
  }
}
