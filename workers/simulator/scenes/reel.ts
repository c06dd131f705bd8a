/** A scene's round, encoded picture by picture. */
import type { EncodedUnit } from '../server/stream/loop-source.ts';
import { SceneEncoder } from './encoder.ts';
import {
  FRAMES_PER_SECOND,
  LOOP_FRAMES,
  SCENE_HEIGHT,
  SCENE_WIDTH,
  type Scene,
  SceneRenderer,
} from './scene.ts';

/** Grows until the round is complete; then only the encoded bytes stay. */
export class Reel {
  readonly units: EncodedUnit[] = [];
  #work: { renderer: SceneRenderer; encoder: SceneEncoder } | undefined;

  private constructor(renderer: SceneRenderer, encoder: SceneEncoder) {
    this.#work = { renderer, encoder };
  }

  /** Opens a reel with its first picture encoded. */
  static async open(scene: Scene, keyframeDistance: number): Promise<Reel> {
    const encoder = await SceneEncoder.open({
      width: SCENE_WIDTH,
      height: SCENE_HEIGHT,
      framesPerSecond: FRAMES_PER_SECOND,
      keyframeDistance,
    });
    const reel = new Reel(new SceneRenderer(scene), encoder);
    await reel.encodeNext();
    return reel;
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

  /** Stops where it is and frees the encoder; not to be called while a picture is being encoded. */
  close(): void {
    this.#work?.encoder[Symbol.dispose]();
    this.#work = undefined;
  }
}
