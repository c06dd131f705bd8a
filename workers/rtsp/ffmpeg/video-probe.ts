/** Reads the facts of a video file. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { avGetCodecName, Packet } from 'node-av/lib';
import { AppError } from '#shared/errors.ts';
import { turnedSize } from '#shared/media/packet.ts';
import type { VideoFacts } from '#shared/worker-protocol.ts';
import { rotationOf } from './rotation.ts';
import { notVideo, openVideoFile, type VideoFile } from './video-file.ts';

const TIME_LIMIT_MS = 10_000;
const MICROSECONDS_PER_MS = 1000n;

/**
 * Reads a file's head and its first picture's packet.
 * @param file absolute path
 * @param late aborts the attempt
 * @throws AppError `not-a-video`, also when that takes longer than ten seconds
 */
export async function probeVideo(
  file: string,
  late: AbortSignal = AbortSignal.timeout(TIME_LIMIT_MS),
): Promise<VideoFacts> {
  try {
    await using video = await openVideoFile(file, late);
    await expectPacket(video);
    const { context, stream } = video;
    const { codecId } = stream.codecpar;
    const { width, height } = turnedSize(stream.codecpar, rotationOf(stream));
    const codec = avGetCodecName(codecId) ?? 'unknown';
    return { codec, width, height, durationMs: toMs(context.duration) };
  } catch (error) {
    if (late.aborted) throw new AppError('not-a-video', 'The file takes too long to read', { cause: error });
    throw error;
  }
}

/** A file with a head and no picture is no video. */
async function expectPacket({ context, stream }: VideoFile): Promise<void> {
  using packet = new Packet();
  packet.alloc();
  while ((await context.readFrame(packet)) >= 0) {
    const isOurs = packet.streamIndex === stream.index && packet.size > 0;
    packet.unref();
    if (isOurs) return;
  }
  throw notVideo();
}

/** @returns null where unknown */
function toMs(duration: bigint): number | null {
  return duration === AV_NOPTS_VALUE || duration <= 0n ? null : Number(duration / MICROSECONDS_PER_MS);
}
