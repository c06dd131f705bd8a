/** FFmpeg as a client: an implementation of RTSP that is not ours. */
import { AV_LOG_FATAL } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FormatContext, Frame, Log, Packet } from 'node-av/lib';

/** What FFmpeg made of a stream. */
export interface PlayedStream {
  width: number;
  height: number;
  /** Luma of every decoded picture, without padding. */
  pictures: Buffer[];
  /** Presentation times, seconds. */
  times: number[];
}

/** Plays a stream until `count` pictures are decoded. @throws Error when FFmpeg cannot */
export async function playWithFfmpeg(
  url: string,
  { count, transport = 'tcp' }: { count: number; transport?: 'tcp' | 'udp' },
): Promise<PlayedStream> {
  Log.setLevel(AV_LOG_FATAL);
  const input = new FormatContext();
  input.allocContext();
  using options = Dictionary.fromObject({ rtsp_transport: transport, timeout: '10000000' });
  succeed(await input.openInput(url, null, options), 'open the stream');
  try {
    succeed(await input.findStreamInfo(null), 'recognise the stream');
    return await decode(input, count);
  } finally {
    await input.closeInput();
  }
}

async function decode(input: FormatContext, count: number): Promise<PlayedStream> {
  const stream = input.streams[0];
  if (stream === undefined) throw new Error('FFmpeg found no track');
  const decoder = Codec.findDecoder(stream.codecpar.codecId);
  using context = new CodecContext();
  context.allocContext3(decoder);
  succeed(context.parametersToContext(stream.codecpar), 'take the parameters');
  context.threadCount = 1;
  succeed(await context.open2(decoder, null), 'open the decoder');
  const played: PlayedStream = { width: context.width, height: context.height, pictures: [], times: [] };
  using packet = new Packet();
  packet.alloc();
  using frame = new Frame();
  frame.alloc();
  while (played.pictures.length < count) {
    succeed(await input.readFrame(packet), 'read a packet');
    await context.sendPacket(packet);
    packet.unref();
    while (played.pictures.length < count && (await context.receiveFrame(frame)) >= 0) {
      played.pictures.push(lumaOf(frame));
      played.times.push((Number(frame.pts) * stream.timeBase.num) / stream.timeBase.den);
      frame.unref();
    }
  }
  return played;
}

function lumaOf(frame: Frame): Buffer {
  const { width, height } = frame;
  const stride = frame.linesize[0] as number;
  const plane = (frame.data as Buffer[])[0] as Buffer;
  const rows = Array.from({ length: height }, (_, row) => plane.subarray(row * stride, row * stride + width));
  return Buffer.concat(rows);
}

function succeed(status: number, action: string): void {
  if (status < 0) throw new Error(`FFmpeg cannot ${action} (${status})`);
}
