/** Where the gateway passes RTSP clients on to this worker. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { parseCameraId } from '#shared/camera.ts';
import type { Logger } from '#shared/logger.ts';
import { RESTREAM_PATH, RESTREAM_PROTOCOL } from '#shared/worker-protocol.ts';
import type { HostConfig } from '../../../host/config.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import type { Restream } from './restream.ts';

export interface RestreamDoorOptions {
  config: { host: Pick<HostConfig, 'token'> };
  cameras: CameraSet;
  log: Logger;
}

/** Loads what serves RTSP when the first client comes. */
export class RestreamDoor {
  readonly #options: RestreamDoorOptions;
  #restream: Promise<Restream> | undefined;

  constructor(options: RestreamDoorOptions) {
    this.#options = options;
  }

  /** What serves a request for this protocol; a worker that runs alone gives nothing on. @throws AppError `camera-not-found` */
  readonly find = (request: IncomingMessage): ((socket: Socket) => void) | undefined => {
    const { url = '', headers } = request;
    const isOurs = headers.upgrade === RESTREAM_PROTOCOL && url.startsWith(RESTREAM_PATH);
    if (!isOurs || this.#options.config.host.token === undefined) return undefined;
    const cameraId = parseCameraId(url.slice(RESTREAM_PATH.length));
    this.#options.cameras.get(cameraId);
    return (socket) => void this.#accept(cameraId, headers, socket);
  };

  /** Ends every connection. */
  async close(): Promise<void> {
    (await this.#restream?.catch(() => undefined))?.close();
  }

  async #accept(cameraId: string, headers: IncomingHttpHeaders, socket: Socket): Promise<void> {
    try {
      const { cameras } = this.#options;
      this.#restream ??= import('./restream.ts').then(({ Restream }) => new Restream(cameras));
      (await this.#restream).accept(cameraId, headers, socket);
    } catch (error) {
      this.#options.log.error({ err: error, cameraId }, 'an RTSP client cannot be served');
      socket.destroy();
    }
  }
}
