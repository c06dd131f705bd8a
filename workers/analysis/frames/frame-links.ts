/** One link per RTSP worker, open while one of its cameras is analysed. */
import type { Logger } from '#shared/logger.ts';
import type { LumaPicture } from '../motion/luma-picture.ts';
import { FrameLink, type FrameOrigin, type LumaRequest } from './frame-link.ts';

/** Shares links between cameras. */
export class FrameLinks {
  readonly #links = new Map<string, FrameLink>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Starts delivering a camera's small grey pictures. */
  subscribe(
    from: FrameOrigin,
    request: LumaRequest,
    deliver: (picture: LumaPicture) => void,
  ): { close(): void } {
    const key = JSON.stringify([from.origin, from.token]);
    const link = this.#links.get(key) ?? new FrameLink(from, this.#log);
    this.#links.set(key, link);
    const subscription = link.subscribe(request, deliver);
    return {
      close: () => {
        subscription.close();
        if (link.size > 0) return;
        link.close();
        this.#links.delete(key);
      },
    };
  }
}
