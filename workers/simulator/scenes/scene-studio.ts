/** Encodes all scenes, each ahead of its playing, and serves them as streams. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AccessUnit } from '#shared/media/packet.ts';
import { FrameClock } from '../server/stream/frame-clock.ts';
import { LoopSource } from '../server/stream/loop-source.ts';
import type { StreamSource } from '../server/stream/stream-source.ts';
import { Reel } from './reel.ts';
import { FRAMES_PER_SECOND, LOOP_FRAMES, type Scene } from './scene.ts';

const KEYFRAME_DISTANCE = 2 * FRAMES_PER_SECOND;
/** Rounds through all reels without a pause: the first two seconds of each. */
const HASTY_FRAMES = KEYFRAME_DISTANCE;
/** Then twice as fast as real time, which leaves the processor to processes that start beside this one. */
const ROUND_MS = 1000 / FRAMES_PER_SECOND / 2;

/** A scene as a stream. */
class SceneSource implements StreamSource {
  readonly codec = 'h264';
  readonly announcedFps = FRAMES_PER_SECOND;
  readonly parameterSets: Buffer;
  readonly #scene: Scene;
  readonly #usual: Reel;
  readonly #loop: LoopSource;
  readonly #shoot: (reel: Reel) => void;
  #order = 0;

  constructor(
    scene: Scene,
    reel: Reel,
    { clock, shoot }: { clock: FrameClock; shoot: (reel: Reel) => void },
  ) {
    this.#scene = scene;
    this.#usual = reel;
    this.#shoot = shoot;
    this.#loop = new LoopSource({
      codec: 'h264',
      units: reel.units,
      length: LOOP_FRAMES,
      framesPerSecond: FRAMES_PER_SECOND,
      clock,
    });
    this.parameterSets = this.#loop.parameterSets;
  }

  subscribe(listener: (unit: AccessUnit) => void): () => void {
    return this.#loop.subscribe(listener);
  }

  setKeyframeInterval(seconds: number | undefined): void {
    this.#order += 1;
    if (seconds === undefined) this.#loop.replace(this.#usual.units, LOOP_FRAMES);
    else void this.#goOverTo(Math.max(1, Math.round(seconds * FRAMES_PER_SECOND)), this.#order);
  }

  async #goOverTo(keyframeDistance: number, order: number): Promise<void> {
    const reel = await Reel.open(this.#scene, keyframeDistance);
    if (order !== this.#order) return reel.close();
    this.#shoot(reel);
    this.#loop.replace(reel.units, LOOP_FRAMES);
  }
}

/** Owns the reels and what draws and encodes them. */
export class SceneStudio {
  /** By path: `/1`. */
  readonly streams = new Map<string, StreamSource>();
  readonly #unfinished = new Set<Reel>();
  #isClosed = false;
  #shooting: Promise<void> | undefined;

  /** Opens a studio in which every scene can start to play. */
  static async open(scenes: readonly Scene[]): Promise<SceneStudio> {
    const studio = new SceneStudio();
    const clock = new FrameClock(FRAMES_PER_SECOND);
    const shoot = (reel: Reel): void => studio.#add(reel);
    for (const scene of scenes) {
      const reel = await Reel.open(scene, KEYFRAME_DISTANCE);
      studio.streams.set(`/${scene.number}`, new SceneSource(scene, reel, { clock, shoot }));
      studio.#add(reel);
    }
    return studio;
  }

  /** Resolves when all that is to be encoded is. */
  get finished(): Promise<void> {
    return this.#shooting ?? Promise.resolve();
  }

  /** Stops encoding and frees the encoders. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#shooting;
    for (const reel of this.#unfinished) reel.close();
  }

  #add(reel: Reel): void {
    this.#unfinished.add(reel);
    this.#shooting ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#unfinished.size > 0 && !this.#isClosed) {
      const startedAt = performance.now();
      for (const reel of this.#unfinished) {
        await reel.encodeNext();
        if (reel.isComplete) this.#unfinished.delete(reel);
      }
      const isHasty = [...this.#unfinished].some(({ units }) => units.length < HASTY_FRAMES);
      const restMs = ROUND_MS - (performance.now() - startedAt);
      if (!isHasty && restMs > 0) await pause(restMs);
    }
    this.#shooting = undefined;
  }
}
