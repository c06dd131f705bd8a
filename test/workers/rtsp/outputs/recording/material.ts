/** A camera whose pictures and clocks a test moves by hand, and a recorder of it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import type { RecorderMessage, Segment } from '#shared/recording-link.ts';
import {
  CameraRecorder,
  type SegmentLimits,
} from '../../../../../workers/rtsp/outputs/recording/camera-recorder.ts';
import { RingBudget } from '../../../../../workers/rtsp/outputs/recording/memory-ring.ts';
import { GopCache } from '../../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub } from '../../../../../workers/rtsp/packets/packet-hub.ts';
import { AAC_TRACK } from '../../../../shared/media/mp4/material.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { CLIP_FPS, testClip } from '../../../../support/test-clip.ts';

const MIB = 1024 * 1024;
/** AAC frames of 64 ms. */
const AAC_FRAME = Buffer.from('00000007', 'hex');

/** Plays the test clip, whose keyframes are a second apart. */
export class PlayedCamera {
  /** Unix milliseconds. */
  wall = Date.UTC(2026, 10, 30, 10, 0, 0);
  mono = 1000;
  readonly hub = new PacketHub((error) => {
    throw error;
  });
  readonly #origin: {
    track: undefined | { codec: 'h264'; parameterSets: Buffer; announcedFps: number; audio?: AudioTrack };
    gop: GopCache;
  } = {
    track: undefined,
    gop: new GopCache(),
  };
  #frame = 0;

  /** A session with the camera begins. */
  begin({ hasSound = false } = {}): void {
    const audio = hasSound ? { audio: AAC_TRACK } : {};
    this.#origin.track = { codec: 'h264', parameterSets: Buffer.alloc(0), announcedFps: CLIP_FPS, ...audio };
    this.#origin.gop.clear();
    this.#frame = 0;
    this.hub.attach(this.#origin);
  }

  /** Sends so many seconds of pictures, and sound where the session has it. */
  async play(seconds: number): Promise<void> {
    const units = await testClip();
    for (let index = 0; index < seconds * CLIP_FPS; index += 1) {
      const unit = units[this.#frame % units.length] as (typeof units)[number];
      this.#frame += 1;
      const packet = { ...unit, mediaTimeMs: this.mono, capturedAt: this.wall, sequence: this.#frame };
      this.#origin.gop.push(packet);
      this.hub.publish(this.#origin, packet);
      if (this.#origin.track?.audio !== undefined)
        this.hub.publishAudio(this.#origin, { data: AAC_FRAME, ticks: 0 });
      this.wait(1 / CLIP_FPS);
    }
  }

  /** Time passes without pictures. */
  wait(seconds: number): void {
    this.wall += seconds * 1000;
    this.mono += seconds * 1000;
  }

  /** The machine's clock is set. */
  setClock(bySeconds: number): void {
    this.wall += bySeconds * 1000;
  }

  remove(): void {
    this.hub.remove(this.#origin);
  }
}

/** A recorder of a played camera, and what it tells. */
export class RecordedCamera {
  readonly camera: PlayedCamera;
  readonly folder: string;
  readonly #cameraId: string;
  readonly budget: RingBudget;
  readonly messages: RecorderMessage[] = [];
  readonly recorder: CameraRecorder;
  freeBytes = 1000 * MIB;

  constructor({
    limits = {},
    ringBytes = 64 * MIB,
    cameraId = 'yard',
    folder = temporaryFolder(),
    camera = new PlayedCamera(),
  }: {
    limits?: Partial<SegmentLimits>;
    ringBytes?: number;
    cameraId?: string;
    folder?: string;
    camera?: PlayedCamera;
  } = {}) {
    this.camera = camera;
    this.folder = folder;
    this.#cameraId = cameraId;
    this.budget = new RingBudget(ringBytes);
    this.recorder = new CameraRecorder({
      cameraId,
      folder: { folder: this.folder, reserveBytes: 100 * MIB, freeBytes: async () => this.freeBytes },
      budget: this.budget,
      subscribe: (subscriber) => this.camera.hub.subscribe(subscriber),
      notify: (message) => this.messages.push(message),
      log: { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} } as never,
      clocks: { wall: () => this.camera.wall, mono: () => this.camera.mono },
      limits: { segmentMs: 10_000, ...limits },
    });
    this.recorder.start();
  }

  /** Segments that were closed, in order of time. */
  get segments(): Segment[] {
    return this.messages
      .flatMap((message) => (message.type === 'segment' && !message.isOpen ? [message.segment] : []))
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  /** States that were told, in order. */
  get states(): string[] {
    return this.messages.flatMap((message) =>
      message.type === 'recorder' ? [[message.state, message.reason ?? []].flat().join(' ')] : [],
    );
  }

  /** Files on disk with their bytes, in order of their names. */
  get files(): { name: string; path: string; bytes: Buffer; mode: number }[] {
    const base = join(this.folder, this.#cameraId);
    return readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => {
        const path = join(parentPath, name);
        return { name, path, bytes: readFileSync(path), mode: statSync(path).mode & 0o777 };
      })
      .sort((a, b) => a.name.localeCompare(b.name));
  }
}
