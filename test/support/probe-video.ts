/** Looks at video with ffprobe, a reader that shares nothing with ours. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What it finds. */
export interface ProbedVideo {
  codec: string;
  width: number;
  height: number;
  /** Of each packet of the picture, in decoding order, seconds. */
  packets: ProbedPacket[];
  /** Where there is sound. */
  sound?: { codec: string; sampleRate: number; packets: ProbedPacket[] };
  /** What it complained about. */
  complaints: string;
}

/** Times in seconds. */
export interface ProbedPacket {
  shownAt: number;
  decodedAt: number;
  keyframe: boolean;
}

/** Reads a whole video. @param input a URL, or the bytes themselves @param more further options of ffprobe */
export async function probeVideo(input: string | Buffer, more: readonly string[] = []): Promise<ProbedVideo> {
  const entries =
    'stream=codec_type,codec_name,width,height,sample_rate:packet=codec_type,pts_time,dts_time,flags';
  const args = ['-v', 'warning', ...more, '-show_entries', entries, '-of', 'json'];
  // Not synchronously: the camera of the video may be in this process.
  const child = spawn('ffprobe', [...args, typeof input === 'string' ? input : 'pipe:0'], {
    timeout: 30_000,
  });
  child.stdin.on('error', () => {});
  child.stdin.end(typeof input === 'string' ? undefined : input);
  const [json, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const { streams = [], packets = [] } = JSON.parse(json || '{}');
  const of = (type: string) => streams.find(({ codec_type }: Facts) => codec_type === type) ?? {};
  const packetsOf = (type: string) =>
    packets.filter(({ codec_type }: Facts) => codec_type === type).map(readPacket);
  const { codec_name: codec, width, height } = of('video');
  const { codec_name: soundCodec, sample_rate: rate } = of('audio');
  const sound = { codec: soundCodec, sampleRate: Number(rate), packets: packetsOf('audio') };
  const heard = soundCodec === undefined ? {} : { sound };
  return { codec, width, height, packets: packetsOf('video'), ...heard, complaints };
}

/** How loud the sound of a video is at its loudest, dB below full scale, as FFmpeg decodes it; with its complaints. */
export async function measureSound(video: Buffer): Promise<{ loudestDb: number; complaints: string }> {
  const args = ['-v', 'info', '-i', 'pipe:0', '-vn', '-af', 'volumedetect', '-f', 'null', '-'];
  const child = spawn('ffmpeg', args, { timeout: 30_000 });
  child.stdin.on('error', () => {});
  child.stdin.end(video);
  const said = await text(child.stderr);
  const complaints = said.split('\n').filter((line) => /error|invalid|corrupt/i.test(line));
  return {
    loudestDb: Number(/max_volume: (-?[\d.]+) dB/.exec(said)?.[1]),
    complaints: complaints.join('\n'),
  };
}

type Facts = Record<string, string>;

function readPacket({ pts_time, dts_time, flags }: Facts): ProbedPacket {
  return {
    shownAt: Number(pts_time),
    decodedAt: Number(dts_time),
    keyframe: flags?.startsWith('K') === true,
  };
}
