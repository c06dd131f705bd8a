/** A way in which cameras differ from the standards, and what is right to do about it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'chai';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { CLIP_FPS, clipOf } from './clips.ts';
import { FieldCamera } from './field-camera.ts';
import { observe, type Seen } from './observe.ts';
import type { Script } from './script.ts';

/** The right outcome; what is not named is as with a camera that keeps to the standards. */
export interface Outcome {
  /** The connect fails with this code, and a hint that matches. */
  code?: string;
  hint?: RegExp;
  /** Pictures per second that viewers get. */
  fps?: number;
  /** Share of packets that are pictures of the clip, byte for byte. */
  whole?: number;
  /** A viewer never waits longer for a picture, milliseconds. */
  gapMs?: number;
  reconnects?: number;
  /** False where rate and state change all the time. */
  isSteady?: boolean;
  /** Pictures per second that a viewer of 30 fps gets of a faster camera. */
  isViewedAt?: number;
  hasSound?: boolean;
  /** Whether MP4 carries the stream; default: all but MJPEG. */
  hasMedia?: boolean;
  /** What else must hold of the camera's side. */
  also?(camera: FieldCamera, seen: Seen): void;
}

/** One entry of the corpus. */
export interface Quirk {
  /** What the camera does. */
  what: string;
  /** Where it was seen: projects, issues, cameras. */
  seen: string;
  camera: Script;
  source?: Partial<RtspSource>;
  seconds?: number;
  right?: Outcome;
}

const SECONDS = 2.5;
/** A busy machine may lose this share of pictures. */
const LEAST_SHARE = 0.7;
const GAP_MS = 900;
const WHOLE = 0.9;
/** Media time may differ so much from the time that passed. */
const MEDIA_TOLERANCE = 0.2;
const RATE_TOLERANCE = 0.25;
/** The longest that a turn of this process is late where it has what it needs of the machine. */
const AT_REST_NS = 60e6;
const MOST_TRIES = 12;

/** Plays a quirk. @throws AssertionError unless the outcome is right */
export async function play({
  camera: script,
  source = {},
  seconds = SECONDS,
  right = {},
}: Quirk): Promise<void> {
  const camera = await new FieldCamera(script).open();
  try {
    const clip = clipOf(script.clip ?? 'h264');
    const seen = await observe(sourceOf(camera, script, source), clip, seconds);
    judge(seen, script, right);
    right.also?.(camera, seen);
  } finally {
    camera.close();
  }
}

/**
 * Plays a quirk until it is right, or wrong while the machine did not stand still: pictures that this process
 * had no turn to send or to take say nothing of the camera. @throws AssertionError
 */
export async function playAtRest(quirk: Quirk): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const lateness = monitorEventLoopDelay({ resolution: 10 });
    lateness.enable();
    try {
      return await play(quirk);
    } catch (error) {
      if (tries === MOST_TRIES || lateness.max < AT_REST_NS) throw error;
    } finally {
      lateness.disable();
    }
  }
}

function sourceOf(camera: FieldCamera, script: Script, change: Partial<RtspSource>): RtspSource {
  return {
    kind: 'rtsp',
    secure: script.isTls === true,
    host: '127.0.0.1',
    port: camera.port,
    path: '/live',
    username: '',
    password: '',
    transport: 'tcp',
    ...change,
  };
}

function judge(seen: Seen, script: Script, right: Outcome): void {
  const facts = JSON.stringify(seen);
  if (right.code !== undefined) {
    expect(seen.failure?.code, facts).to.equal(right.code);
    if (right.hint !== undefined) expect(seen.failure?.hint, facts).to.match(right.hint);
    return;
  }
  expect(seen.failure, facts).to.equal(undefined);
  const fps = right.fps ?? script.fps ?? CLIP_FPS;
  const viewedFps = right.isViewedAt ?? fps;
  expect(seen.pictures, `pictures of ${facts}`).to.be.at.least(LEAST_SHARE * viewedFps * seen.seconds);
  expect(seen.longestGapMs, `longest gap of ${facts}`).to.be.at.most(right.gapMs ?? GAP_MS);
  expect(seen.wholePackets / seen.packets, `whole packets of ${facts}`).to.be.at.least(right.whole ?? WHOLE);
  expect(seen.reconnects, `reconnects of ${facts}`).to.be.at.most(right.reconnects ?? 0);
  if (right.hasSound === true) expect(seen.sounds, `sound of ${facts}`).to.be.at.least(10 * seen.seconds);
  if (right.isSteady !== false) judgeSteady(seen, fps, facts);
  const hasMedia = right.hasMedia ?? script.clip?.startsWith('mjpeg') !== true;
  const { mediaS = 0, seconds } = seen;
  if (hasMedia && right.isSteady !== false)
    expect(mediaS / seconds, `media time of ${facts}`).to.be.within(1 - MEDIA_TOLERANCE, 1 + MEDIA_TOLERANCE);
}

function judgeSteady(seen: Seen, fps: number, facts: string): void {
  const [least, most] = [fps * (1 - RATE_TOLERANCE), fps * (1 + RATE_TOLERANCE)];
  expect(seen.state, facts).to.equal('live');
  expect(seen.firstFrameRate, `first frame rate of ${facts}`).to.be.at.most(fps * (1 + 2 * RATE_TOLERANCE));
  expect(seen.frameRate, `frame rate of ${facts}`).to.be.within(least, most);
}
