/**
 * Two layers that show frames without flicker: a frame loads on the hidden one while
 * the other is visible, and they swap once it is loaded. Meanwhile only the newest
 * further frame is kept, so that the image view sets the pace.
 */

/** Source for an image view. */
export interface LayerSource {
  uri: string;
  /** For image views that can send headers. */
  headers: Record<string, string>;
  /** Frees the address once no layer shows it. */
  release(): void;
}

/** One layer. */
export interface Layer {
  source: LayerSource | undefined;
  isFront: boolean;
}

/** Longest wait for an image view that never reports a load, milliseconds. */
const LOAD_MS = 5000;

/** The layers of one view. */
export class FrameLayers {
  readonly #onChange: () => void;
  readonly #sources: [LayerSource | undefined, LayerSource | undefined] = [undefined, undefined];
  #front: 0 | 1 = 0;
  #loadingSince: number | undefined;
  #next: LayerSource | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Both layers, always, one above the other. */
  get layers(): readonly [Layer, Layer] {
    return [this.#layer(0), this.#layer(1)];
  }

  /** Loads a frame on the hidden layer, or keeps it until that one is free. */
  show(source: LayerSource): void {
    const isLoading = this.#loadingSince !== undefined && performance.now() - this.#loadingSince < LOAD_MS;
    if (isLoading) {
      this.#next?.release();
      this.#next = source;
      return;
    }
    this.#load(source);
  }

  /** A layer has loaded; ignored for an outdated address. */
  loaded(uri: string): void {
    if (this.#loadingSince === undefined || this.#sources[this.#back]?.uri !== uri) return;
    this.#front = this.#back;
    this.#proceed();
  }

  /** A layer failed to load; the visible one stays. */
  failed(uri: string): void {
    if (this.#loadingSince === undefined || this.#sources[this.#back]?.uri !== uri) return;
    this.#sources[this.#back]?.release();
    this.#sources[this.#back] = undefined;
    this.#proceed();
  }

  /** Frees everything. */
  close(): void {
    for (const source of [...this.#sources, this.#next]) source?.release();
    this.#sources.fill(undefined);
    this.#next = undefined;
    this.#loadingSince = undefined;
  }

  get #back(): 0 | 1 {
    return this.#front === 0 ? 1 : 0;
  }

  #layer(index: 0 | 1): Layer {
    return { source: this.#sources[index], isFront: index === this.#front };
  }

  #load(source: LayerSource): void {
    this.#sources[this.#back]?.release();
    this.#sources[this.#back] = source;
    this.#loadingSince = performance.now();
    this.#onChange();
  }

  #proceed(): void {
    this.#loadingSince = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) this.#onChange();
    else this.#load(next);
  }
}
