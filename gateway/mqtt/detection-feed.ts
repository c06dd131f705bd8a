/** Publishes what analysis sees: at most once a second and camera, the newest picture. */
import type { DetectionsMessage } from '#shared/detections.ts';
import type { CameraChannel } from '../analysis/camera-channel.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { Outlet } from './outlet.ts';
import type { Topics } from './topics.ts';

export interface DetectionFeedOptions {
  directory: Pick<CameraDirectory, 'list' | 'onChange'>;
  channel: Pick<CameraChannel, 'onObjects'>;
  outlet: Outlet;
  topics: Topics;
  /** Least pause between two messages of a camera, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 1000;

/** Runs from start to close. */
export class DetectionFeed {
  readonly #options: DetectionFeedOptions;
  readonly #newest = new Map<string, DetectionsMessage>();
  /** Cameras whose last message named no objects. */
  readonly #empty = new Set<string>();
  readonly #listeners = new Map<string, () => void>();
  #end: () => void = () => {};

  constructor(options: DetectionFeedOptions) {
    this.#options = options;
  }

  start(): void {
    const { directory, everyMs = EVERY_MS } = this.#options;
    const timer = setInterval(() => this.#flush(), everyMs);
    const endChange = directory.onChange(() => this.#follow());
    this.#end = () => {
      clearInterval(timer);
      endChange();
    };
    this.#follow();
  }

  close(): void {
    this.#end();
    for (const end of this.#listeners.values()) end();
    this.#listeners.clear();
  }

  #follow(): void {
    const { directory, channel, outlet } = this.#options;
    const ids = new Set(directory.list().map(({ id }) => id));
    for (const [id, end] of this.#listeners) {
      if (ids.has(id)) continue;
      end();
      this.#listeners.delete(id);
      this.#newest.delete(id);
      this.#empty.delete(id);
    }
    for (const id of ids) {
      if (this.#listeners.has(id)) continue;
      const take = (message: DetectionsMessage): void => {
        if (outlet.isOpen) this.#newest.set(id, message);
      };
      const end = channel.onObjects(id, take, () => outlet.isOpen);
      this.#listeners.set(id, end);
    }
  }

  #flush(): void {
    const { outlet, topics } = this.#options;
    for (const [id, message] of this.#newest) {
      const isEmpty = message.objects.length === 0;
      // An empty picture after an empty one is no news.
      if (!isEmpty || !this.#empty.has(id))
        outlet.send({ topic: topics.camera(id, 'detections'), payload: JSON.stringify(message) });
      if (isEmpty) this.#empty.add(id);
      else this.#empty.delete(id);
    }
    this.#newest.clear();
  }
}
