/** Encodes all scenes, each ahead of its playing, and serves them as streams. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AccessUnit } from '#shared/media/packet.ts';
import { FrameClock } from '../server/stream/frame-clock.ts';
import { LoopSource } from '../server/stream/loop-source.ts';
import type { StreamSource } from '../server/stream/stream-source.ts';
import { EncodedLoop } from './encoded-loop.ts';
import { FRAMES_PER_SECOND, LOOP_FRAMES, type Scene } from './scene.ts';

const KEYFRAME_DISTANCE = 2 * FRAMES_PER_SECOND;
/** Twice as fast as real time, which leaves the CPU to processes that start beside this one. */
const ROUND_MS = 1000 / FRAMES_PER_SECOND / 2;

/** A scene as a stream. */
class SceneSource implements StreamSource {
  readonly codec = 'h264';
  readonly announcedFps = FRAMES_PER_SECOND;
  readonly parameterSets: Buffer;
  readonly #scene: Scene;
  readonly #usual: EncodedLoop;
  readonly #source: LoopSource;
  readonly #encode: (loop: EncodedLoop) => void;
  /** Counts changes, so that a newer one overtakes one that is still being prepared. */
  #change = 0;

  constructor(
    scene: Scene,
    loop: EncodedLoop,
    { clock, encode }: { clock: FrameClock; encode: (loop: EncodedLoop) => void },
  ) {
    this.#scene = scene;
    this.#usual = loop;
    this.#encode = encode;
    this.#source = new LoopSource({
      codec: 'h264',
      units: loop.units,
      length: LOOP_FRAMES,
      framesPerSecond: FRAMES_PER_SECOND,
      clock,
    });
    this.parameterSets = this.#source.parameterSets;
  }

  subscribe(listener: (unit: AccessUnit) => void): () => void {
    return this.#source.subscribe(listener);
  }

  setKeyframeInterval(seconds: number | undefined): void {
    this.#change += 1;
    if (seconds === undefined) this.#source.replace(this.#usual.units, LOOP_FRAMES);
    else void this.#replaceLoop(Math.max(1, Math.round(seconds * FRAMES_PER_SECOND)), this.#change);
  }

  async #replaceLoop(keyframeDistance: number, change: number): Promise<void> {
    const loop = await EncodedLoop.open(this.#scene, keyframeDistance);
    if (change !== this.#change) return loop.close();
    this.#encode(loop);
    this.#source.replace(loop.units, LOOP_FRAMES);
  }
}

/** Draws and encodes the loops of all scenes; owns them. */
export class SceneEncoder {
  /** By path: `/1`. */
  readonly streams = new Map<string, StreamSource>();
  readonly #unfinished = new Set<EncodedLoop>();
  #isClosed = false;
  #encoding: Promise<void> | undefined;

  /** Starts encoding; every scene can be played when it resolves. */
  static async open(scenes: readonly Scene[]): Promise<SceneEncoder> {
    const encoder = new SceneEncoder();
    const clock = new FrameClock(FRAMES_PER_SECOND);
    const encode = (loop: EncodedLoop): void => encoder.#add(loop);
    const loops = await Promise.all(scenes.map((scene) => EncodedLoop.open(scene, KEYFRAME_DISTANCE)));
    for (const [index, loop] of loops.entries()) {
      const scene = scenes[index] as Scene;
      encoder.streams.set(`/${scene.number}`, new SceneSource(scene, loop, { clock, encode }));
      encoder.#add(loop);
    }
    return encoder;
  }

  /** Resolves when all loops are complete. */
  get finished(): Promise<void> {
    return this.#encoding ?? Promise.resolve();
  }

  /** Stops encoding and frees the encoders. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#encoding;
    for (const loop of this.#unfinished) loop.close();
  }

  #add(loop: EncodedLoop): void {
    this.#unfinished.add(loop);
    this.#encoding ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#unfinished.size > 0 && !this.#isClosed) {
      const startedAt = performance.now();
      for (const loop of this.#unfinished) {
        await loop.encodeNext();
        if (loop.isComplete) this.#unfinished.delete(loop);
      }
      const restMs = ROUND_MS - (performance.now() - startedAt);
      if (restMs > 0) await pause(restMs);
    }
    this.#encoding = undefined;
  }
}
