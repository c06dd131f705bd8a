/** The smaller stream of a camera, a session of its own with it. */
import type { AddressedSource } from '#shared/camera-source.ts';
import { PacketHub } from '../packets/packet-hub.ts';
import type { PictureHub, PictureRequest } from '../pictures/picture-hub.ts';
import { Camera, type CameraDependencies } from './camera.ts';

/** Its frames are numbered apart from those of the main stream, within 32 bits. */
const FIRST_SEQUENCE = 2 ** 31;

/** Wider pictures than this are not expected of a stream whose size is not known yet. */
const USUAL_WIDTH = 640;

/** What decides whether the sub stream will do. */
export type WantedPicture = Pick<PictureRequest, 'width' | 'encoding'> & { isLuma?: boolean };

export interface SubStreamOptions {
  cameraId: string;
  source: AddressedSource;
  dependencies: CameraDependencies;
  /** Gets its pictures. */
  hub: PictureHub;
  /** It went live, or is no longer. */
  onChange: () => void;
}

/** Owns the connection; it is there between {@link connect} and {@link disconnect}. */
export class SubStream {
  readonly #options: SubStreamOptions;
  #camera: Camera | undefined;
  #isClosed = false;

  constructor(options: SubStreamOptions) {
    this.#options = options;
  }

  /** The stream while it is connected, or tries to be. */
  get camera(): Camera | undefined {
    return this.#camera;
  }

  get isLive(): boolean {
    return this.#camera?.connection.state === 'live';
  }

  /** Whether it is large enough for a picture; what analysis looks at is small. */
  fits({ width, encoding, isLuma }: WantedPicture): boolean {
    const isOfAnalysis = encoding === 'luma' || isLuma === true;
    const ownWidth = this.#camera?.size?.width ?? USUAL_WIDTH;
    return isOfAnalysis || (width !== undefined && width <= ownWidth);
  }

  /** Connects, and reconnects until it is let go. */
  connect(): void {
    if (this.#camera !== undefined || this.#isClosed) return;
    const { cameraId, source, dependencies, hub, onChange } = this.#options;
    this.#camera = new Camera(cameraId, source, {
      ...dependencies,
      firstSequence: FIRST_SEQUENCE,
      // The size is known once the first packet has been looked at.
      onState: () => queueMicrotask(onChange),
    });
    this.#camera.attach(hub, new PacketHub());
    this.#camera.start('client');
  }

  /** Ends the session; resolves once the camera may begin another. */
  async disconnect(): Promise<void> {
    const camera = this.#camera;
    this.#camera = undefined;
    if (camera === undefined) return;
    this.#options.onChange();
    await camera.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.disconnect();
  }
}
