/** A scene encoded as a loop, picture by picture. */
import type { EncodedUnit } from '../server/stream/loop-source.ts';
import { H264Encoder } from './h264-encoder.ts';
import {
  FRAMES_PER_SECOND,
  LOOP_FRAMES,
  SCENE_HEIGHT,
  SCENE_WIDTH,
  type Scene,
  SceneRenderer,
} from './scene.ts';

/** Grows until the loop is complete; then only the encoded bytes stay. */
export class EncodedLoop {
  readonly units: EncodedUnit[] = [];
  #work: { renderer: SceneRenderer; encoder: H264Encoder } | undefined;

  private constructor(renderer: SceneRenderer, encoder: H264Encoder) {
    this.#work = { renderer, encoder };
  }

  /** Opens a loop with its first picture encoded. */
  static async open(scene: Scene, keyframeDistance: number): Promise<EncodedLoop> {
    const encoder = await H264Encoder.open({
      width: SCENE_WIDTH,
      height: SCENE_HEIGHT,
      framesPerSecond: FRAMES_PER_SECOND,
      keyframeDistance,
    });
    const loop = new EncodedLoop(new SceneRenderer(scene), encoder);
    await loop.encodeNext();
    return loop;
  }

  get isComplete(): boolean {
    return this.#work === undefined;
  }

  /** Draws and encodes one more picture. Calls must not overlap. */
  async encodeNext(): Promise<void> {
    if (this.#work === undefined) return;
    const { renderer, encoder } = this.#work;
    this.units.push(await encoder.encode(renderer.render(this.units.length)));
    if (this.units.length === LOOP_FRAMES) this.close();
  }

  /** Stops and frees the encoder; not to be called while a picture is being encoded. */
  close(): void {
    this.#work?.encoder[Symbol.dispose]();
    this.#work = undefined;
  }
}
