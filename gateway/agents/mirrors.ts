/**
 * Video of agents' cameras: it crosses the link once, as packets, and a worker serves it by MSE, HLS and WebRTC: a
 * process of this gateway, or of the one of several that share a database where placement has it. Pictures, PTZ and
 * all else are asked of the agent's worker.
 */
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { MirrorDoor } from './mirror-door.ts';

export interface MirrorsOptions {
  directory: Pick<CameraDirectory, 'list'>;
  /** Whether a worker can give their video, by its name. */
  canMirror: (worker: string) => boolean;
  log: Logger;
}

/** Opens with the first agent; until then, and where no worker of this machine runs, agents serve video themselves. */
export class Mirrors {
  readonly #options: MirrorsOptions;
  #door: MirrorDoor | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: MirrorsOptions) {
    this.#options = options;
  }

  /** What a worker of this machine is to run for a camera of an agent; undefined before the door is open. */
  sourceOf(cameraId: string): RtspSource | undefined {
    return this.#door?.sourceOf(cameraId);
  }

  /** There are agents. */
  open(routing: CameraRouting): void {
    this.#opening ??= this.#open(routing);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    await this.#door?.close();
  }

  async #open(routing: CameraRouting): Promise<void> {
    const { directory, canMirror, log } = this.#options;
    try {
      const { MirrorDoor } = await import('./mirror-door.ts');
      this.#door = await MirrorDoor.open({ routing, log });
      if (this.#isClosed) return;
      routing.mirrorOn(canMirror);
      for (const { id, agent } of directory.list()) if (agent !== undefined) routing.moved(id);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'video of agents cannot be served by workers of this machine');
    }
  }
}
