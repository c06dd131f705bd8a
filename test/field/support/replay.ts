/** Counts the pictures that a replayed stream gives: with ffmpeg, and with our own source, pipeline and decoder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';
import { Ffmpeg } from '../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { GopCache } from '../../../workers/rtsp/packets/gop-cache.ts';
import { newPictureCounters } from '../../../workers/rtsp/pictures/picture-counters.ts';
import { PicturePipeline } from '../../../workers/rtsp/pictures/picture-pipeline.ts';
import { createRtspSource } from '../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { silentLog } from '../../support/serve.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
/** Longer than any machine needs: the outcome must not depend on its load. */
const TIMINGS = { dialMs: 60_000, answerMs: 60_000, describeMs: 60_000, keepAliveMs: 60_000 };
const FFMPEG = '-v error -nostdin -threads 1 -rtsp_transport tcp -i'.split(' ');
const COUNTING = '-an -fps_mode passthrough -progress pipe:1 -f null -'.split(' ');
const EVERY_PICTURE = { maxFps: 60, needsFullQuality: true };

/** Pictures that ffmpeg decodes of the camera on this port. */
export async function picturesOfFfmpeg(port: number): Promise<number> {
  const child = spawn('ffmpeg', [...FFMPEG, `rtsp://127.0.0.1:${port}/live`, ...COUNTING], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [progress] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return Number(
    progress
      .match(/^frame= *(\d+)$/gm)
      ?.at(-1)
      ?.slice('frame='.length) ?? 0,
  );
}

/** What we make of the stream of a camera. */
export interface Ours {
  pictures: number;
  /** Access units. */
  packets: number;
  /** How the session ended. */
  end: string;
}

/** Pictures that we decode of the camera on this port, each packet in its turn. */
export async function picturesOfOurs(port: number): Promise<Ours> {
  const { track, packets, end } = await receive(port);
  const pictures = track === undefined ? 0 : await decode(track, packets);
  return { pictures, packets: packets.length, end };
}

async function receive(
  port: number,
): Promise<{ track: VideoTrack | undefined; packets: Packet[]; end: string }> {
  const source: RtspSource = {
    kind: 'rtsp',
    secure: false,
    host: '127.0.0.1',
    port,
    path: '/live',
    username: '',
    password: '',
    transport: 'tcp',
  };
  const packets: Packet[] = [];
  let track: VideoTrack | undefined;
  const handlers = {
    onTrack: (announced: VideoTrack) => {
      track = announced;
    },
    onPacket: (packet: Packet) => void packets.push(packet),
  };
  const run = createRtspSource({ policy: POLICY }, TIMINGS);
  const end = await run(source, handlers, new AbortController().signal).catch((error: unknown) => error);
  return { track, packets, end: end instanceof Error ? end.message : String(end) };
}

async function decode(track: VideoTrack, packets: readonly Packet[]): Promise<number> {
  const gop = new GopCache();
  const counters = newPictureCounters();
  let pictures = 0;
  const pipeline = new PicturePipeline({
    cameraId: 'field',
    track,
    gop,
    stream: { isLive: true, keyframeIntervalMs: undefined },
    media: new Ffmpeg({ maxPixels: 64_000_000, log: silentLog }).media,
    counters,
    onSize: () => {
      pictures += 1;
    },
    log: silentLog,
  });
  pipeline.attach({
    ...EVERY_PICTURE,
    attach: () => {},
    isDue: () => true,
    publish: async () => {},
  });
  for (const [index, packet] of packets.entries()) {
    const decoded = counters.decoded;
    gop.push({ ...packet, sequence: index + 1 });
    pipeline.wake();
    // Packets that no keyframe came before are not kept.
    while (gop.newest?.sequence === index + 1 && counters.decoded === decoded) await nextTurn();
  }
  await pipeline.close();
  return pictures;
}
