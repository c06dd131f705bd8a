/** A camera's live picture for any user interface: two layers to draw and a state to show. */
import type { CameraWatch, WatchOptions } from './camera-watch.ts';
import type { GatewayClient } from './client.ts';
import type { Frame } from './frame.ts';
import { FrameLayers, type Layer, type LayerSource } from './frame-layers.ts';
import type { WatchState } from './watch-state.ts';

/** One of two images to draw, one above the other. */
export interface PictureLayer {
  /** Constant while the picture is drawn. */
  key: 'a' | 'b';
  /** For `Image` of React Native and expo-image; `<img>` takes the `uri`. */
  source: { uri: string; headers: Record<string, string>; cache: 'reload' } | undefined;
  /** Whether this layer is visible. */
  isFront: boolean;
  onLoad(): void;
  onError(): void;
}

/** Everything to draw of a camera. */
export interface PictureView {
  cameraId: string;
  layers: readonly [PictureLayer, PictureLayer];
  state: WatchState;
}

/** The view before the first frame. */
export function emptyView(cameraId: string): PictureView {
  return {
    cameraId,
    layers: [layerView('a', { source: undefined, isFront: true }), layerView('b', EMPTY_BACK)],
    state: { kind: 'connecting', ageMs: undefined, fault: undefined },
  };
}

const EMPTY_BACK: Layer = { source: undefined, isFront: false };

/** The live picture of one camera, until closed. */
export class CameraPicture {
  readonly #client: GatewayClient;
  readonly #cameraId: string;
  readonly #layers: FrameLayers;
  readonly #watch: CameraWatch;
  readonly #onChange: (view: PictureView) => void;
  #state: WatchState;
  #isClosed = false;

  /** @param onChange called with every new view */
  constructor(
    client: GatewayClient,
    cameraId: string,
    options: WatchOptions,
    onChange: (view: PictureView) => void,
  ) {
    this.#client = client;
    this.#cameraId = cameraId;
    this.#state = emptyView(cameraId).state;
    this.#onChange = onChange;
    this.#layers = new FrameLayers(() => this.#notify());
    this.#watch = client.watchCamera(
      cameraId,
      {
        ...options,
        onState: (state) => {
          options.onState?.(state);
          this.#state = state;
          this.#notify();
        },
      },
      (frame) => this.#show(frame),
    );
  }

  /** The current view. */
  view(): PictureView {
    const [a, b] = this.#layers.layers;
    const layers = [layerView('a', a, this.#layers), layerView('b', b, this.#layers)] as const;
    return { cameraId: this.#cameraId, layers, state: this.#state };
  }

  /** Stops the frames until resumed; the last one stays. */
  pause(): void {
    this.#watch.pause();
  }

  resume(): void {
    this.#watch.resume();
  }

  /** Ends it and frees its pictures. */
  close(): void {
    this.#isClosed = true;
    this.#watch.close();
    this.#layers.close();
  }

  async #show(frame: Frame): Promise<void> {
    const source = frame.jpeg === undefined ? await this.#remote(frame) : local(frame.jpeg);
    if (this.#isClosed) source.release();
    else this.#layers.show(source);
  }

  async #remote({ url = '' }: Frame): Promise<LayerSource> {
    return { uri: url, headers: await this.#client.imageHeaders(), release: () => {} };
  }

  #notify(): void {
    if (!this.#isClosed) this.#onChange(this.view());
  }
}

function local(jpeg: Uint8Array<ArrayBuffer>): LayerSource {
  const uri = URL.createObjectURL(new Blob([jpeg], { type: 'image/jpeg' }));
  return { uri, headers: {}, release: () => URL.revokeObjectURL(uri) };
}

function layerView(key: 'a' | 'b', { source, isFront }: Layer, layers?: FrameLayers): PictureLayer {
  const uri = source?.uri;
  return {
    key,
    isFront,
    // Every address is loaded once; a cache would only fill the device.
    source: source === undefined ? undefined : { uri: source.uri, headers: source.headers, cache: 'reload' },
    onLoad: () => {
      if (uri !== undefined) layers?.loaded(uri);
    },
    onError: () => {
      if (uri !== undefined) layers?.failed(uri);
    },
  };
}
